/** A machine that reaches the session API only through a proxy: sessions start, are driven and recorded as anywhere else. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../documented-nginx';
import { startMandatoryProxy, type MandatoryProxy } from '../mandatory-proxy';
import { freePort } from '../free-port';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project, resultOf } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

const HOST = 'sessions.invalid';
const KEY = 'a-key-of-20-letters';
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

let certificates: string;
let server: ServeProcess;
let proxy: MandatoryProxy;
let fronts: Server[] = [];
let project: Project;

beforeAll(async () => {
  certificates = await mkdtemp(join(tmpdir(), 'sw-tls-'));
});
afterAll(async () => rm(certificates, { recursive: true, force: true }));

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
  await proxy.close();
  await Promise.all(fronts.map(async (front) => new Promise((resolve) => front.close(resolve))));
  await server.end('SIGTERM');
  fronts = [];
});

/** Puts TLS before a port of this machine. Returns the port of that, whose certificate is among the authorities. */
async function withTls(port: number, host: string): Promise<number> {
  const folder = await mkdtemp(join(certificates, 'one-'));
  const certificate = readFileSync(makeCertificate(folder, host));
  appendFileSync(join(certificates, 'authorities.pem'), certificate);
  const key = readFileSync(join(folder, 'tls.key'));
  const front = createServer({ key, cert: certificate }, (socket) => {
    const passed = connect(port, '127.0.0.1');
    passed.pipe(socket).pipe(passed);
    for (const end of [passed, socket]) end.on('error', () => end.destroy());
    socket.once('close', () => passed.destroy());
    passed.once('close', () => socket.destroy());
  });
  fronts.push(front);
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return (front.address() as AddressInfo).port;
}

async function behindProxy(
  scheme: 'http' | 'https',
  transport: string,
  proxyScheme = 'http',
  spec = SPEC,
): Promise<void> {
  const url = `${scheme}://${HOST}`;
  const port = await freePort();
  server = await serve(
    ['--port', String(port), '--public-url', url, '--data-dir', join(certificates, 'data')],
    { NOTTE_API_KEY: KEY },
  );
  proxy = await startMandatoryProxy(scheme === 'http' ? port : await withTls(port, HOST));
  const proxyUrl = new URL(proxy.url);
  if (proxyScheme === 'https') {
    const front = await withTls(Number(proxyUrl.port), 'localhost');
    proxyUrl.href = proxy.url.replace(/^http:/, 'https:').replace(/127\S+/, `localhost:${front}`);
  }
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { sessionOptions: { transport: '${transport}' } } });`,
      'a.spec.ts': `import { test, expect } from 'sessionwright';\n${spec}`,
    },
    {
      NOTTE_API_URL: url,
      NOTTE_API_KEY: KEY,
      [`${scheme.toUpperCase()}_PROXY`]: proxyUrl.href,
      ...(scheme === 'https' && {
        NODE_EXTRA_CA_CERTS: join(certificates, 'authorities.pem'),
      }),
    },
  );
}

const SPEC = `test('is driven', async ({ page, session }, info) => {
  await page.setContent('<input>');
  await page.fill('input', 'typed');
  await expect(page.locator('input')).toHaveValue('typed');
  await page.setContent('<input type=file>');
  await page.setInputFiles('input', info.config.configFile);
  expect(await page.evaluate(() => document.querySelector('input').files[0].text())).toContain('sessionwright/config');
  expect((await session.status()).status).toBe('active');
});
test('a session of the client', async () => {
  const { SessionsClient } = await import('sessionwright/client');
  await using client = new SessionsClient();
  await using session = await client.start();
  const page = await session.page();
  await page.setContent('<h1>There</h1>');
  expect(await page.textContent('h1')).toBe('There');
});`;

async function isDriven(...way: Parameters<typeof behindProxy>): Promise<void> {
  const [scheme] = way;
  await behindProxy(...way);
  const { exitCode, output, report } = await project.run();
  expect(exitCode, output).toBe(0);
  expect(output).toMatch(/1 session, 1 test, 1 clip, .*left running: nothing/);
  expect(output).not.toContain('proxy-secret');
  const clip = resultOf(report, 'is driven').attachments.find(({ path }) => path?.endsWith('.mp4'));
  expect(existsSync(clip?.path ?? '')).toBe(true);
  expect(proxy.asked).toContain(`CONNECT ${HOST}:${scheme === 'http' ? 80 : 443}`);
}

test('http, over cdp: sessions are driven through it', async () => isDriven('http', 'cdp'));

test.skipIf(!hasOpenssl).each([
  ['cdp', 'http'],
  ['playwright', 'http'],
  ['cdp', 'https'],
])(
  `https, over %s: sessions are driven through an %s proxy${hasOpenssl ? '' : ' (NOT RUN: there is no openssl here)'}`,
  async (transport, proxyScheme) => isDriven('https', transport, proxyScheme),
);

test('a proxy that does not answer as one is refused by name', async () => {
  await behindProxy('http', 'auto');
  project.env['HTTP_PROXY'] = 'socks5://someone:proxy-secret@127.0.0.1:1';
  const { exitCode, output } = await project.run();
  expect(exitCode).toBe(1);
  expect(output).toMatch(/HTTP_PROXY in the environment is not the URL of an HTTP proxy/);
  expect(output).not.toContain('proxy-secret');
});

test('a rejected password: the first test fails with that, the others are skipped without another request', async () => {
  const spec = `test.describe.configure({ retries: 1 });
    for (const n of [1, 2, 3, 4]) test('has no page ' + n, async ({ page }) => page.setContent('x'));`;
  await behindProxy('http', 'auto', 'http', spec);
  project.env['HTTP_PROXY'] = proxy.url.replace('someone', 'other');
  const { output, report } = await project.run();
  expect(proxy.asked, output).toHaveLength(2); // by both attempts of the first test
  expect(report?.stats).toMatchObject({ expected: 0, flaky: 0, unexpected: 1, skipped: 3 });
  expect(output).toMatch(/the proxy 127\.0\.0\.1:\d+ answered 407\. Correct /);
  expect(output).not.toContain('proxy-secret');
});
