/** `exposeNetwork`: a site on this machine's localhost, in a browser that can reach nothing by itself. What pages do there is what they do on plain Playwright. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { startSite, type Site } from './expose/site';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, Project, resultOf, resultsOf, type RunResult } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

/** Every host is a closed port of its machine: what reaches the site came from elsewhere. */
const NOTHING_IN_REACH = '--host-resolver-rules=MAP * 127.0.0.1:1';

let data: string;
let server: ServeProcess;
let site: Site;
let project: Project;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sw-expose-'));
  [server, site] = await Promise.all([serve(['--data-dir', data]), startSite()]);
});

afterAll(async () => {
  await server.end('SIGTERM');
  await site.close();
  await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

afterEach(async () => {
  await project.remove();
});

/** Runs a suite on the server, with these session options as source text. */
async function run(spec: string, options: string, use = ''): Promise<RunResult> {
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, reporter: [['line'], ['./steps-reporter.mjs'], ['json', { outputFile: 'report.json' }]], use: {
          baseURL: 'http://localhost:${site.port}', locale: 'de-DE', recording: 'off', ${use}
          sessionOptions: { args: ['${NOTHING_IN_REACH}'], ${options} },
        } });`,
      'suite.spec.ts': spec,
      'upload.txt': 'sent',
      'steps-reporter.mjs': await suiteFile('../../e2e/compat/steps-reporter.mjs'),
    },
    { NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' },
  );
  const result = await project.run();
  await leavesNothing(project);
  return result;
}

async function suiteFile(name: string): Promise<string> {
  return readFile(join(import.meta.dirname, 'expose', name), 'utf8');
}

async function suite(): Promise<string> {
  return (await suiteFile('suite.spec.ts')).replace("'@playwright/test'", "'sessionwright'");
}

function spec(text: string): string {
  return `import { test, expect } from 'sessionwright';\n${text}`;
}

function expectAllPassed({ report, output }: RunResult): void {
  expect(failedOf(report), output).toEqual([]);
  expect(resultsOf(report).size, output).toBe(23);
}

test("plain Playwright, on the site's machine", async () => {
  const { executablePath } = await findChromium();
  project = await Project.create({
    'playwright.config.ts': `export default { workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: {
      baseURL: 'http://localhost:${site.port}', locale: 'de-DE',
      launchOptions: { executablePath: ${JSON.stringify(executablePath)}, args: ${JSON.stringify(process.getuid?.() === 0 ? ['--no-sandbox'] : [])} },
    } };`,
    'suite.spec.ts': await suiteFile('suite.spec.ts'),
  });
  expectAllPassed(await project.run());
});

test.each([
  ['cdp', 'context'],
  ['playwright', 'context'],
  ['cdp', 'session'],
  ['playwright', 'session'],
])('over %s, isolation %s', async (transport, isolation) => {
  const result = await run(
    await suite(),
    `exposeNetwork: '<loopback>', transport: '${transport}'`,
    `isolation: '${isolation}', trace: 'on',`,
  );
  expectAllPassed(result);
  expect(await project.read('steps.json')).not.toMatch(/CDP|Route WebSockets/);
});

test('without it the site cannot be reached, and the error names the option', async () => {
  const { output, report } = await run(
    spec(`test('goes there', async ({ page }) => { await page.goto('/'); });
    test('goes elsewhere', async ({ page }) => { await page.goto('http://site.test/'); });`),
    '',
  );
  expect(resultOf(report, 'goes there').error?.message).toMatch(
    /net::ERR_CONNECTION_REFUSED at http:\/\/localhost:\d+\/[^]*localhost means that machine[^]*exposeNetwork: '<loopback>'/,
  );
  expect(resultOf(report, 'goes elsewhere').error?.message).toContain('ERR_CONNECTION_REFUSED');
  expect(output.match(/exposeNetwork: '<loopback>'/g), output).toHaveLength(1);
});

test('a session on this machine has no such hint', async () => {
  project = await Project.create({
    'a.spec.ts': spec(
      `test('goes there', async ({ page }) => { await page.goto('http://localhost:1024/'); });`,
    ),
  });
  const { output } = await project.run();
  expect(output).toContain('net::ERR_CONNECTION_REFUSED');
  expect(output).not.toContain('exposeNetwork');
});

test('only the listed hosts are exposed', async () => {
  const result = await run(
    spec(`test('one port', async ({ page }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
      expect(await page.evaluate(() => new Promise((resolve) => { new WebSocket('ws://127.0.0.1:${site.port}/').onclose = ({ code }) => resolve(code); }))).toBe(1006);
      await expect(page.goto('http://127.0.0.1:${site.port}/')).rejects.toThrow('net::ERR_CONNECTION_REFUSED');
    });`),
    `exposeNetwork: 'localhost:${site.port}'`,
  );
  expect(result.exitCode, result.output).toBe(0);
});

test('unsupported requests fail, with one message per run', async () => {
  const { exitCode, output } = await run(
    spec(`const get = (page, path) => page.evaluate((url) => fetch(url).then(() => 'came', String), path);
    test('cannot', async ({ page }) => {
      await page.goto('/');
      for (const path of ['/events', '/long', '/events', '/long']) expect(await get(page, path)).toBe('TypeError: Failed to fetch');
      await page.setInputFiles('input', 'upload.txt');
      await page.getByText('Send').click();
      await expect(page).toHaveURL('chrome-error://chromewebdata/');
      await page.goto('/');
      await page.setInputFiles('input', { name: 'upload.txt', mimeType: 'text/plain', buffer: Buffer.from('sent') });
      await page.getByText('Send').click();
      await expect(page).toHaveTitle(/^\\d+ \\d+$/);
    });`),
    `exposeNetwork: '<loopback>', transport: 'playwright'`,
  );
  expect(exitCode, output).toBe(0);
  const said = [...output.matchAll(/exposeNetwork: http:\/\/localhost:\d+(.*)/g)].map(
    (it) => it[1],
  );
  expect(said, output).toEqual([
    '/events: endless responses (text/event-stream) are not supported',
    '/long: responses of more than 32 MiB are not supported',
    expect.stringMatching(/^\/upload: its upload contains a file of the browser's machine/),
  ]);
});
