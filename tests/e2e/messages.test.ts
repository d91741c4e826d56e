/** What a run says when it cannot begin, or not as it was asked to: short, true, once. */
import { afterEach, expect, test } from 'vitest';
import { Project, type RunResult } from './support/project';

let project: Project | undefined;
afterEach(async () => {
  await project?.remove();
  project = undefined;
});

const TWO_TESTS = `
import { test } from 'sessionwright';
test('a', async ({ page }) => { await page.goto('about:blank'); });
test('b', async ({ page }) => { await page.goto('about:blank'); });
`;

async function run(
  use: string,
  { env = {}, workers = 1 }: { env?: Record<string, string>; workers?: number } = {},
): Promise<RunResult> {
  const config = `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: ${workers}, fullyParallel: true, reporter: 'list', use: ${use} });`;
  project = await Project.create({ 'playwright.config.ts': config, 'a.spec.ts': TWO_TESTS }, env);
  return project.run();
}

test('a refused URL is not printed as the source', async () => {
  const { output, exitCode } = await run(`{ sessionOptions: { apiUrl: 'localhost:9500' } }`);
  expect(exitCode).toBe(1);
  expect(output).toContain('use.sessionOptions.apiUrl: must be');
  expect(output).not.toMatch(/\n\s+at /);
  expect(output).not.toContain('sessions come from');
});

test('without a key the summary reports that no session could start', async () => {
  const { output } = await run(`{ sessionOptions: { apiUrl: 'http://127.0.0.1:9' } }`);
  expect(output).toContain('There is no key for the session API http://127.0.0.1:9');
  expect(output).toContain('sessionwright: no session could be started');
  expect(output).not.toContain('no test asked');
});

test('an API that cannot be reached: the error names the setting', async () => {
  const { output } = await run('{ sessionOptions: { startTimeout: 2_000 } }', {
    env: { NOTTE_API_URL: 'http://127.0.0.1:9', NOTTE_API_KEY: 'a-key' },
  });
  expect(output).toContain('Check NOTTE_API_URL');
  expect(output).not.toContain('apiUrl');
});

test('without a browser the first test fails with one line, and the run stops', async () => {
  const { output, exitCode } = await run(`{ channel: 'chrome-canary' }`);
  expect(exitCode).toBe(1);
  expect(output).toMatch(/1 failed\n.*\n {2}1 skipped/);
  expect(output.match(/No chrome-canary was found/g)).toHaveLength(1);
  expect(output).toContain('npx playwright install chrome-canary');
  expect(output).not.toContain('/google-chrome');
  expect(output).toContain('sessionwright: no session could be started');
});

test('launch options without effect are reported once', async () => {
  const { output, exitCode } = await run(`{ launchOptions: { slowMo: 1, timeout: 5_000 } }`, {
    workers: 2,
  });
  expect(exitCode, output).toBe(0);
  const said =
    'sessionwright: launchOptions.timeout does nothing on sessions from embedded session server (Chromium). Set sessionOptions.startTimeout instead.';
  expect(output.split(said)).toHaveLength(2);
});

test('a project that --project leaves out is not mentioned', async () => {
  project = await Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ reporter: 'list', projects: [
        { name: 'chromium' },
        { name: 'firefox', use: { browserName: 'firefox' } },
        { name: 'elsewhere', use: { sessionOptions: { apiUrl: 'http://127.0.0.1:9' } } },
      ] });`,
    'a.spec.ts': TWO_TESTS,
  });
  const { output, exitCode } = await project.run(['--project=chromium']);
  expect(exitCode, output).toBe(0);
  expect(output).toContain('sessions come from: embedded session server (Chromium)\n');
  expect(output).not.toMatch(/firefox|127\.0\.0\.1:9/);
});
