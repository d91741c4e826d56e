/** `isolation: 'session'`, where pages and browsers do not end when they are told: the next test has what it needs all the same. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { SessionsClient } from '../../src/client/index';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, Project } from '../e2e/support/project';
import { serve, type ServeProcess } from '../e2e/support/serve-process';

const HELPERS = `
  import { readdirSync, readFileSync } from 'node:fs';
  import { test, expect, type Page } from 'sessionwright';

  /** The main process of a session's browser. */
  function browserOf(id: string): number {
    const pid = readdirSync('/proc').find((it) => {
      try {
        const line = readFileSync('/proc/' + it + '/cmdline', 'utf8');
        return line.includes('--user-data-dir=') && line.includes(id) && !line.includes('--type=');
      } catch { return false; }
    });
    return Number(pid);
  }
  /** The pages of a site share a process. */
  async function works(page: Page): Promise<void> {
    await page.route('https://site.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Works</title>' }));
    await page.goto('https://site.test/');
    await expect(page).toHaveTitle('Works');
  }`;

const SUITE = `
  ${HELPERS}
  let stopped = '';

  test('leaves a page whose script never ends', async ({ page, context }) => {
    await works(page);
    await context.addCookies([{ name: 'left', value: '1', url: 'https://site.test' }]);
    const begun = page.waitForEvent('console');
    await page.evaluate(() => void setTimeout(() => { console.log('begun'); for (;;); }));
    await begun;
  });
  test('goes on', async ({ page, context }) => {
    await works(page);
    expect(await context.cookies()).toEqual([]);
  });
  test('waits for a script that never ends', async ({ page }) => {
    test.setTimeout(5_000);
    await works(page);
    await page.evaluate(() => { for (;;); });
  });
  test('goes on after that', async ({ page, session }) => {
    await works(page);
    stopped = session.id;
  });
  test('leaves a browser that stands still', async ({ page }) => {
    await works(page);
    process.kill(browserOf(stopped), 'SIGSTOP');
  });
  test('gets another one', async ({ page, context, session }) => {
    await works(page);
    expect(await context.cookies()).toEqual([]);
    expect(session.id).not.toBe(stopped);
  });`;

let data: string;
let server: ServeProcess;
let project: Project | undefined;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sw-stuck-'));
  server = await serve(['--data-dir', data]);
});
afterAll(async () => {
  await server.end('SIGTERM');
  await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});
afterEach(async () => project?.remove());

test.each(['embedded', 'playwright'])('sessions by %s', async (how) => {
  const options = how === 'embedded' ? '' : `transport: '${how}'`;
  // The headless shell gives a new page the process of one whose script never ends, and has no word that ends it: there the next test gets another session.
  const { executablePath } = await findChromium({ headless: false });
  const env: Record<string, string> =
    how === 'embedded'
      ? { SESSIONWRIGHT_EXECUTABLE_PATH: executablePath }
      : { NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' };
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, timeout: 60_000, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { isolation: 'session', sessionOptions: { ${options} } } });`,
      'suite.spec.ts': SUITE,
    },
    env,
  );
  const { output, report } = await project.run();
  expect(failedOf(report), output).toEqual([expect.stringContaining('Test timeout of 5000ms')]);
  expect(output.match(/session \S+ is not reused: .*/g), output).toEqual([
    expect.stringContaining('The next test gets another session.'),
  ]);
  await leavesNothing(project);
});

test.each(['cdp', 'playwright'])("somebody else's session, by %s", async (transport) => {
  const client = new SessionsClient({ apiUrl: server.url, apiKey: 'key' });
  const theirs = await client.start();
  const sessionOptions = JSON.stringify({ sessionId: theirs.id, transport });
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, timeout: 60_000, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { isolation: 'session', recording: 'off', sessionOptions: ${sessionOptions} } });`,
      'suite.spec.ts': `
        ${HELPERS}
        test('leaves a browser that stands still', async ({ page }) => {
          await works(page);
          process.kill(browserOf('${theirs.id}'), 'SIGSTOP');
        });
        test('does not meet that', async ({ page }) => works(page));
        test('nor in another worker', async ({ page }) => works(page));`,
    },
    { NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' },
  );
  try {
    const { output, report } = await project.run();
    const refusal = expect.stringContaining(`Session ${theirs.id} is not reused`) as string;
    expect(failedOf(report), output).toEqual([refusal, refusal]);
    expect(output).toContain('The next test fails.');
    await leavesNothing(project);
  } finally {
    await client.close();
  }
});
