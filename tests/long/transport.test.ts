/** Both transports of a self-hosted session, by the real command: what tests see over them is the same; which one is taken, and what is said of it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { startSessionServer } from '../../src/server/index';
import { Project, resultOf, resultsOf } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

let data: string;
let server: ServeProcess;
let site: Server;
let project: Project;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sw-transport-'));
  server = await serve(['--data-dir', data]);
  site = createServer(({ url }, response) =>
    url === '/file'
      ? response.setHeader('content-disposition', 'attachment; filename=got.txt').end('got')
      : response
          .setHeader('content-type', 'text/html')
          .end(
            '<title>Site</title><a href="/file">File</a><a target=_blank href="/other">Other</a><input type=file>',
          ),
  ).listen(0, '127.0.0.1');
  await once(site, 'listening');
});

afterAll(async () => {
  await server.end('SIGTERM');
  site.close();
  await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

afterEach(async () => {
  await eventually(() => expect(project.leftovers()).toEqual({ processes: [], files: [] }));
  await project.remove();
});

/** A project on the server, with these fields of `use` as source text. */
async function create(use: string, spec: string, api = server.url): Promise<Project> {
  return Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { baseURL: 'http://127.0.0.1:${(site.address() as AddressInfo).port}', ${use} } });`,
      'a.spec.ts': `import { test, expect } from 'sessionwright';\nimport { readFileSync } from 'node:fs';\n${spec}`,
      'upload.txt': 'sent',
      'cookies.json': JSON.stringify([
        { name: 'before', value: '1', domain: '127.0.0.1', path: '/', httpOnly: false },
      ]),
    },
    { NOTTE_API_URL: api, NOTTE_API_KEY: 'key' },
  );
}

test.each(['playwright', 'cdp'])('what tests see is the same: %s', async (transport) => {
  project = await create(
    `sessionOptions: { transport: '${transport}' }, cookieFile: 'cookies.json', trace: 'retain-on-failure', screenshot: 'only-on-failure', locale: 'de-DE', viewport: { width: 600, height: 400 }`,
    `test('uses files, popups, cookies and options', async ({ page, context, browser }) => {
      await page.goto('/');
      expect(await page.evaluate(() => [navigator.language, innerWidth, document.cookie])).toEqual(['de-DE', 600, 'before=1']);
      expect(browser.contexts()).toEqual([context]);
      expect(context.pages()).toEqual([page]);
      const [popup] = await Promise.all([page.waitForEvent('popup'), page.getByText('Other').click()]);
      expect(await popup.title()).toBe('Site');
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('File').click()]);
      expect(readFileSync(await download.path(), 'utf8')).toBe('got');
      await page.setInputFiles('input', 'upload.txt');
      expect(await page.evaluate(async () => document.querySelector('input').files[0].text())).toBe('sent');
      await context.route('**/other', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Routed</title>' }));
      await page.goto('/other');
      expect(await page.title()).toBe('Routed');
      await context.addCookies([{ name: 'after', value: '2', domain: '127.0.0.1', path: '/' }]);
    });
    test('fails', async ({ page }) => {
      await page.goto('/');
      expect(1).toBe(2);
    });
    test('goes on in another worker, in the same session', async ({ page, context }) => {
      await page.goto('/');
      expect((await context.cookies()).map(({ name }) => name).sort()).toEqual(['after', 'before']);
    });
    test("works in the session's own context, with the API", async ({ page, session }) => { await page.setContent('x'); void session; });
    test.describe('own', () => {
      test.use({ isolation: 'session', recording: 'off' });
      test('leaves', async ({ page, context, session }) => {
        await page.goto('/');
        await page.evaluate(() => localStorage.setItem('left', 'yes'));
        expect(context.pages()).toEqual([page]);
        expect((await session.observe()).title).toBe('Site');
      });
      test('finds nothing', async ({ page, context, session }) => {
        await session.execute({ type: 'goto', url: 'data:text/html,<title>By the API</title>' });
        await page.goto('/');
        expect(await page.evaluate(() => localStorage.getItem('left'))).toBeNull();
        expect(context.pages()).toHaveLength(1);
      });
    });`,
  );
  const { output, report } = await project.run();
  for (const [title, results] of resultsOf(report))
    expect(
      results.map(({ status }) => status),
      `${title}\n${output}`,
    ).toEqual([title === 'fails' ? 'failed' : 'passed']);
  const shown = resultOf(report, 'fails').attachments.filter(({ name }) => !name.startsWith('_'));
  const names = shown.map(({ name }) => name);
  expect(names.sort()).toEqual(['error-context', 'screenshot', 'trace', 'video']);
  for (const { path } of shown) expect(existsSync(path ?? '')).toBe(true);
  expect(output).toMatch(/1 session, 6 tests, .*left running: nothing/);
  expect(output).not.toContain('transport:'); // it was asked for by name
  expect(await project.read('cookies.json')).toContain('after');
  expect(JSON.stringify(report) + output).not.toMatch(/(cdp|playwright)\?token=/);
});

test('an ended session is replaced before the next test, and a lost connection is reported as over CDP', async () => {
  project = await create(
    '',
    `test('loses it', async ({ page, session }) => {
      await page.setContent('x');
      setTimeout(() => void fetch(process.env.NOTTE_API_URL + '/sessions/' + session.id + '/stop', { method: 'POST', headers: { authorization: 'Bearer key' } }), 500);
      await page.waitForSelector('h1');
    });
    test('goes on', async ({ page, session }) => {
      await page.setContent('x');
      expect((await session.status()).status).toBe('active');
    });`,
  );
  const { output, report } = await project.run();
  const { errors } = resultOf(report, 'loses it');
  expect(errors[0]?.message).toContain('was lost while this test ran');
  expect(errors[1]?.message).toContain('Target page, context or browser has been closed');
  expect(resultOf(report, 'goes on').status, output).toBe('passed');
  expect(output.match(/transport: Playwright's own protocol/g), output).toHaveLength(1); // once for both workers
});

test('killing the server fails the test with the same message, and the next one with the address', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sw-killed-'));
  const victim = await serve(['--data-dir', folder]);
  project = await create(
    "sessionOptions: { transport: 'playwright', startTimeout: 5000 }",
    `test('is in the middle', async ({ page }) => {
      await page.setContent('x');
      console.log('READY');
      await page.waitForSelector('h1', { timeout: 0 });
    });
    test('comes later', async ({ page }) => { await page.setContent('x'); });`,
    victim.url,
  );
  const run = project.start();
  await run.printed(/READY/);
  await victim.end('SIGKILL');
  const { output, report } = await run.result();
  const { errors } = resultOf(report, 'is in the middle');
  expect(errors[0]?.message, output).toContain('was lost while this test ran');
  expect(errors[1]?.message, output).toContain('Target page, context or browser has been closed');
  expect(resultOf(report, 'comes later').error?.message, output).toContain(
    new URL(victim.url).host,
  );
  await rm(folder, { recursive: true, force: true });
  await rm(project.temp, { recursive: true }); // it tells the next run of a session that may be left there
  await mkdir(project.temp);
});

test('without a remote Playwright it is refused by name, and CDP is used otherwise', async () => {
  const without = await startSessionServer({ apiKey: 'key' }); // not the build: nothing lies beside it
  const spec = `test('runs', async ({ page }) => { await page.setContent('x'); });`;
  try {
    project = await create("sessionOptions: { transport: 'playwright' }", spec, without.url);
    const refused = await project.run();
    expect(refused.exitCode).toBe(1);
    expect(resultOf(refused.report, 'runs').error?.message).toContain(
      "OptionsError: use.sessionOptions.transport: 'playwright' is not available: the session API offers no Playwright server on the browser's machine",
    );
    await project.remove();
    project = await create('', spec, without.url);
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('transport: CDP (the session API offers no Playwright');
  } finally {
    await without.close();
  }
});
