/** The suite that faults strike: ordinary small tests that share one cookie file, and write down when they ran, and on what. */
import { join } from 'node:path';
import type { SessionOptions } from '../../src/options/types';
import { Project } from '../e2e/support/project';
import { CLOCK } from './clock';
import type { Place } from './place';

/** Folders that a round may have on disks of their own: what the run itself keeps there, its cookies, and what its tests leave. */
export const FOLDERS = { run: 'tmp', cookies: 'cookies', output: 'test-results' } as const;
export type Folder = keyof typeof FOLDERS;

export const COOKIES = join(FOLDERS.cookies, 'cookies.json');
export const JOURNAL = 'journal.jsonl';
/** Once this file is there nothing strikes any more, and what is left of the suite is run through. */
export const OVER = 'over';
/** An attempt whose name follows that, and is there as a file, goes on until its session ends. */
export const STAYS = 'stays: ';
/** For how long it does at most, in milliseconds: longer than a session of a minute can last. */
export const STAY_MS = 120_000;

/** Workers of a round: with one more than processors, a fault of one leaves the others something to do. */
const WORKERS = 3;
/** What a test may take, in milliseconds: more than it takes to see that a browser stands still, on a machine that is busy. */
const TEST_MS = 25_000;
/** What an expectation may take, in milliseconds: longer than anything stands still that goes on again. */
const EXPECT_MS = 12_000;

const SPEC = `
import { appendFileSync, existsSync } from 'node:fs';
import { test, expect } from 'sessionwright';

const { CHAOS_JOURNAL, CHAOS_TESTS, CHAOS_OVER, CHAOS_STAYS } = process.env;
const stays = ({ title, retry }) => existsSync(CHAOS_STAYS + title + ', try ' + (retry + 1));
const note = (what, info, more) => appendFileSync(CHAOS_JOURNAL, JSON.stringify(
  { what, at: performance.timeOrigin + performance.now(), title: info.title, retry: info.retry, worker: process.pid, workerIndex: info.workerIndex, ...more }) + '\\n');

for (let n = 0; n < Number(CHAOS_TESTS); n++) test('t' + n, async ({ page, context, browser, session }, info) => {
  const cdp = await browser.newBrowserCDPSession();
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  const ids = (type) => processInfo.filter((it) => it.type === type).map(({ id }) => id);
  note('began', info, { session: session.id, browser: ids('browser')[0], renderers: ids('renderer') });
  const beganMs = performance.now();
  await context.addCookies([{ name: info.title + 'r' + info.retry, value: 'kept', domain: 'shop.test', path: '/', expires: 4000000000 }]);
  await page.setContent('<label>Name <input></label><button onclick="document.querySelector(\\'output\\').value = document.querySelector(\\'input\\').value">Say</button><output></output>');
  const untilMs = beganMs + 400 + (n % 5) * 400;
  for (let round = 0; round === 0 || stays(info) || (performance.now() < untilMs && !existsSync(CHAOS_OVER)); round++) {
    if (stays(info)) test.setTimeout(${STAY_MS});
    await page.getByLabel('Name').fill('Ada ' + round);
    await page.getByRole('button', { name: 'Say' }).click();
    await expect(page.locator('output')).toHaveText('Ada ' + round);
    await page.waitForTimeout(100); // as somebody who reads: what is to be tried is not how much the machine bears
  }
  if (n % 12 === 3 && !existsSync(CHAOS_OVER)) await (await session.client.start()).stop();
  expect((await session.status()).status).toBe('active');
});
test.afterEach(({}, info) => note('ended', info, {}));
`;

/** What a suite is made for. */
export interface SuitePlan {
  place: Pick<Place, 'env'>;
  sessionOptions: SessionOptions;
  /** How many tests it has. */
  tests: number;
}

/** Writes the suite into a folder of its own. */
export async function createSuite(plan: SuitePlan): Promise<Project> {
  const { place, sessionOptions, tests } = plan;
  const use = JSON.stringify({ cookieFile: COOKIES, sessionOptions });
  const project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({
          workers: ${WORKERS}, fullyParallel: true, retries: 2, timeout: ${TEST_MS}, expect: { timeout: ${EXPECT_MS} },
          outputDir: '${FOLDERS.output}', reporter: [['line'], ['json', { outputFile: 'report.json' }]],
          use: ${use} });`,
      'suite.spec.ts': SPEC,
      'clock.cjs': CLOCK,
    },
    place.env,
  );
  Object.assign(project.env, {
    CHAOS_JOURNAL: join(project.folder, JOURNAL),
    CHAOS_OVER: join(project.folder, OVER),
    CHAOS_STAYS: join(project.folder, STAYS),
    CHAOS_TESTS: String(tests),
    NODE_OPTIONS: `--require ${join(project.folder, 'clock.cjs')}`,
  });
  return project;
}
