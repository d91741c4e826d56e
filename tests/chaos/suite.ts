/** The suite that faults strike: ordinary small tests that share one cookie file, and write down when they ran, and on what. */
import { join } from 'node:path';
import { Project } from '../e2e/support/project';

/** Tests of one round. */
export const TESTS = 14;
export const COOKIES = 'cookies.json';
export const JOURNAL = 'journal.jsonl';

const SPEC = `
import { appendFileSync } from 'node:fs';
import { test, expect } from 'sessionwright';

const JOURNAL = process.env.CHAOS_JOURNAL;
const note = (what, info, more) => appendFileSync(JOURNAL, JSON.stringify(
  { what, at: performance.timeOrigin + performance.now(), title: info.title, retry: info.retry, worker: process.pid, ...more }) + '\\n');

for (let n = 0; n < ${TESTS}; n++) test('t' + n, async ({ page, context, browser, session }, info) => {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  const ids = (type) => processInfo.filter((it) => it.type === type).map(({ id }) => id);
  note('began', info, { session: session.id, browser: ids('browser')[0], renderers: ids('renderer') });
  await context.addCookies([{ name: info.title + 'r' + info.retry, value: 'kept', domain: 'shop.test', path: '/', expires: 4000000000 }]);
  await page.setContent('<label>Name <input></label><button onclick="document.querySelector(\\'output\\').value = document.querySelector(\\'input\\').value">Say</button><output></output>');
  for (let round = 0; round < 4 + (n % 5) * 4; round++) {
    await page.getByLabel('Name').fill('Ada ' + round);
    await page.getByRole('button', { name: 'Say' }).click();
    await expect(page.locator('output')).toHaveText('Ada ' + round);
  }
});
test.afterEach(({}, info) => note('ended', info, {}));
`;

/** Its clock goes ahead an hour at SIGUSR2, and comes back at the next one; what is measured by other clocks goes on, as after any change of the time. */
const CLOCK = `
const now = Date.now.bind(Date);
let aheadMs = 0;
Date.now = () => now() + aheadMs;
process.on('SIGUSR2', () => { aheadMs = aheadMs ? 0 : 3600000; });
`;

/** Writes the suite into a folder of its own. */
export async function createSuite(use: string, env: Record<string, string>): Promise<Project> {
  const project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({
          workers: 2, fullyParallel: true, retries: 2, timeout: 30000,
          reporter: [['line'], ['json', { outputFile: 'report.json' }]],
          use: { cookieFile: '${COOKIES}', ${use} } });`,
      'suite.spec.ts': SPEC,
      'clock.cjs': CLOCK,
    },
    env,
  );
  Object.assign(project.env, {
    CHAOS_JOURNAL: join(project.folder, JOURNAL),
    NODE_OPTIONS: `--require ${join(project.folder, 'clock.cjs')}`,
  });
  return project;
}
