/** What is refused where it is asked for: the run stops, and says so once, by the import alone and by `withSessions`. */
import type { JSONReport } from '@playwright/test/reporter';
import { afterEach, describe, expect, test } from 'vitest';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project } from '../e2e/support/project';

let project: Project;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

test.each([
  [`{ launchOptions: { executablePath: '/nowhere/chrome' } }`, /\/nowhere\/chrome/],
  [`{ channel: 'chrome-canary' }`, /No chrome-canary was found/],
  [`{ sessionOptions: { cdpUrl: 'ws://127.0.0.1:9' } }`, /cdp_url.*127\.0\.0\.1:9/i],
])('%s, by the import alone: once, whatever runs beside it', async (use, message) => {
  project = await Project.create({
    'playwright.config.ts': `export default { workers: 2, retries: 1, fullyParallel: true, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: ${use} };`,
    'a.spec.ts': `import { test } from 'sessionwright'; for (const n of [1, 2, 3, 4, 5, 6]) test('never runs ' + n, async ({ page }) => { await page.setContent('x'); });`,
  });
  const { exitCode, output, report } = await project.run();
  expect(exitCode, output).toBe(1);
  expect(output).toMatch(message);
  expect(report?.stats).toMatchObject({ expected: 0, flaky: 0, unexpected: 1, skipped: 5 });
});

describe.each([
  ['the import alone', (use: string) => `export default { workers: 1, use: ${use} };`],
  [
    'withSessions',
    (use: string) =>
      `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, use: ${use} });`,
  ],
])('by %s', (_, configOf) => {
  async function run(use: string, ...specs: string[]) {
    project = await Project.create({
      'playwright.config.ts': configOf(use),
      ...Object.fromEntries(
        specs.map((spec, n) => [
          `${n}.spec.ts`,
          `import { test } from 'sessionwright'; ${spec} test('one', async ({ page }) => { await page.setContent('x'); }); test('two', async () => {});`,
        ]),
      ),
    });
    const { exitCode, report, stdout, output } = await project.run(['--reporter=json']);
    expect(exitCode, output).toBe(1);
    const { stats } = report ?? (JSON.parse(stdout) as JSONReport);
    return { stats, output };
  }

  test('an invalid option in test.use() stops the run', async () => {
    const { stats, output } = await run('{}', `test.use({ recording: 'of' });`, '');
    expect(stats).toMatchObject({ expected: 0, flaky: 0, unexpected: 1, skipped: 3 });
    expect(output).toMatch(/use\.recording: .*'off'/);
  });

  test('a hook without a browser, before a test with test.fail(), stops the run', async () => {
    const { stats, output } = await run(
      `{ channel: 'chrome-canary' }`,
      `test.beforeAll(async ({ browser }) => { browser.version(); }); test.fail();`,
      `test.beforeAll(async ({ session }) => { void session.id; });`,
    );
    expect(stats).toMatchObject({ expected: 0, flaky: 0, unexpected: 1, skipped: 3 });
    expect(output).toContain('npx playwright install chrome-canary');
  });
});
