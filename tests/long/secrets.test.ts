/** Whatever a run leaves behind shows no secret: command lines, output, logs, errors, traces, attachments, and every kind of report. */
import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSessionServer } from '../../src/server/index';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project } from '../e2e/support/project';
import { namesBelow, searchFolder } from './secrets/search';

/** What the project itself holds, and what the test writes down for us. */
const INPUTS = /^(cookies\.json|state\.json|a\.spec\.ts|playwright\.config\.ts|known\.json)$/;

const CONFIG = `
  import { defineConfig } from '@playwright/test';
  import { withSessions } from 'sessionwright/config';
  const proxy = { type: 'external', server: process.env.PROXY, username: 'me', password: process.env.PROXY_PASSWORD };
  export default defineConfig(withSessions({
    workers: 1,
    reporter: [['line'], ['html', { open: 'never' }], ['blob'], ['json', { outputFile: 'report.json' }], ['junit', { outputFile: 'report.xml' }]],
    use: { cookieFile: 'cookies.json', trace: 'on', screenshot: 'on', sessionOptions: { proxies: [proxy] } },
  }), { use: { sessionOptions: { proxies: [proxy] } }, projects: [{ name: 'later', use: { sessionOptions: { proxies: [proxy] } } }] });`;

const SPEC = `
  import { test, expect } from 'sessionwright';
  import { execFileSync } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  test('passes', async ({ session, page }) => {
    const tokens = [session.cdpUrl, session.viewerUrl].map((url) => new URL(url).searchParams.get('token'));
    const processes = execFileSync('ps', ['-eww', '-o', 'args='], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    writeFileSync('known.json', JSON.stringify({ tokens, processes }));
    await page.setContent('<h1>Here</h1>');
    await session.cookies();
    await session.debugInfo();
  });
  test('fails', async ({ page }) => {
    await page.setContent('<h1>Here</h1>');
    expect(await page.textContent('h1')).toBe('There');
  });
  test('loses its session', async ({ session, page }) => {
    await page.setContent('<h1>Here</h1>');
    await session.stop();
    await page.textContent('h1');
  });`;

let project: Project;
let proxy: Server;
let folder: string;
let secrets: { apiKey: string; proxy: string; cookie: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-secrets-'));
  secrets = { apiKey: secret('key'), proxy: secret('proxy'), cookie: secret('cookie') };
  proxy = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
});
afterEach(async () => {
  proxy.close();
  await leavesNothing(project);
  await project.remove();
  await rm(folder, { recursive: true, force: true });
});

function secret(what: string): string {
  return `secret-${what}-${randomUUID()}`;
}

/** Runs the suite, and looks everywhere. */
async function expectNoSecrets(env: Record<string, string>): Promise<void> {
  const cookie = { name: 'login', value: secrets.cookie, domain: 'shop.test', path: '/' };
  project = await Project.create(
    {
      'playwright.config.ts': CONFIG,
      'a.spec.ts': SPEC,
      'cookies.json': JSON.stringify([{ ...cookie, httpOnly: false }]),
    },
    {
      ...env,
      PROXY: `127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      PROXY_PASSWORD: secrets.proxy,
      DEBUG: 'sessionwright:*',
    },
  );
  const { output, report } = await project.run();
  expect(report?.stats, output).toMatchObject({ expected: 1, unexpected: 2 });
  const listed = await project.run(['--list', '--reporter=json']); // without our reporter
  expect(listed.stdout).toContain('"proxies"');
  const known = JSON.parse(await project.read('known.json')) as {
    tokens: string[];
    processes: string;
  };
  expect(known.processes).toContain('--remote-debugging-pipe');
  const texts = [...Object.values(secrets), ...known.tokens].flatMap((it) => [it, inBase64(it)]);
  expect(texts).toHaveLength(10);
  for (const text of texts) {
    expect(known.processes).not.toContain(text);
    expect(output).not.toContain(text);
    expect(listed.output).not.toContain(text);
  }
  const { findings, places } = searchFolder(project.folder, texts);
  expect(findings.filter(({ place }) => !INPUTS.test(place))).toEqual([]);
  // and it was looked where they might be
  for (const kind of [
    /^report\.json$/,
    /^report\.xml$/,
    /^playwright-report\/index\.html:embedded:report\.json$/,
    /^sessionwright-report\/index\.html$/,
    /^blob-report\/[^:]+\.zip:report\.jsonl$/,
    /^test-results\/.*trace\.zip:.*\.trace$/,
    /^test-results\/.*error-context\.md$/,
  ])
    expect(
      places.some((it) => kind.test(it)),
      kind.source,
    ).toBe(true);
}

/** As an `Authorization` header would show it. */
function inBase64(text: string): string {
  return Buffer.from(text).toString('base64').slice(0, -4); // "me:", three bytes, comes before it
}

test('a run on a session server', async () => {
  const dataDir = join(folder, 'data');
  const server = await startSessionServer({ apiKey: secrets.apiKey, dataDir });
  try {
    await expectNoSecrets({ NOTTE_API_URL: server.url, NOTTE_API_KEY: secrets.apiKey });
  } finally {
    await server.close();
  }
  // What the server keeps holds tokens and cookies: it is its user's alone.
  const kept = namesBelow(dataDir);
  expect(kept.filter((name) => name.endsWith('session.json')).length).toBeGreaterThan(0);
  const shown = ['', ...kept].filter((name) => (lstatSync(join(dataDir, name)).mode & 0o077) !== 0);
  expect(shown).toEqual([]);
  expect(await readFile(join(dataDir, 'server.json'), 'utf8')).not.toContain(secrets.apiKey);
});

test('an embedded run', async () => {
  await expectNoSecrets({});
});

test('a configuration with our reporter, but without withSessions', async () => {
  const gridUrl = `http://me:${secrets.proxy}@127.0.0.1:9`;
  project = await Project.create({
    'playwright.config.ts': `export default { reporter: [['json'], ['sessionwright/reporter']], projects: [{ use: { sessionOptions: { gridUrl: '${gridUrl}' } } }] };`,
    'a.spec.ts': `import { test } from 'sessionwright'; test('never runs', async ({ page }) => { await page.setContent('x'); });`,
  });
  const { stdout, output } = await project.run(['--list']);
  expect(stdout, output).toContain('"gridUrl": "(hidden)"');
  expect(output).not.toContain(secrets.proxy);
});
