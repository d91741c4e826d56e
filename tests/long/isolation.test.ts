/** What separates one test from the next: whatever a test leaves behind by Playwright's API, the next one finds nothing of it, as with plain Playwright. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, Project, resultsOf } from '../e2e/support/project';

const FOLDER = join(import.meta.dirname, 'isolation');
/** What tries the suite itself: no session is needed for it. */
const ONLY_PLAIN = 'can-be-found.spec.ts';
/** Each runs about 150 tests. */
const RUN_MS = 300_000;
/** Plain Playwright sometimes waits for ever for a page that does not close (seen five times). */
const PLAIN_RETRIES = 2;

let project: Project | undefined;

afterEach(async () => {
  await project?.remove();
});

test.each([
  ['plain Playwright', undefined],
  ["isolation 'context'", "'context'"],
  ["isolation 'session'", "'session'"],
  ['a session whose state is kept', "{ mode: 'session', keepState: true }"],
])(
  'nothing that a test leaves reaches the next one: %s',
  { timeout: RUN_MS },
  async (_name, isolation) => {
    project = await createProject(isolation);
    const { exitCode, output, report } = await project.run();
    if (isolation !== undefined) expect(failedOf(report)).toEqual([]);
    expect(exitCode, output).toBe(0);
    expect(resultsOf(report).size, output).toBeGreaterThan(80);
    await leavesNothing(project);
  },
);

async function createProject(isolation: string | undefined): Promise<Project> {
  const names = (await readdir(FOLDER, { recursive: true }))
    .filter((name) => /\.m?[jt]s$/.test(name))
    .filter((name) => isolation === undefined || name !== ONLY_PLAIN);
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(FOLDER, name), 'utf8')] as const),
  );
  const { executablePath } = await findChromium();
  const settings = `{
    workers: 1,
    timeout: 30_000,
    retries: ${isolation === undefined ? PLAIN_RETRIES : 0},
    reporter: [['line'], ['json', { outputFile: 'report.json' }]],
    use: { baseURL: process.env.SITE_URL, trace: 'off', launchOptions: { executablePath: ${JSON.stringify(executablePath)}, args: ${JSON.stringify(process.getuid?.() === 0 ? ['--no-sandbox'] : [])} }${isolation === undefined ? '' : `, isolation: ${isolation}, recording: 'off'`} },
    webServer: { command: 'node site.mjs', wait: { stdout: /(?<site_url>http:\\/\\/\\S+)/ } },
  }`;
  return Project.create({
    ...Object.fromEntries(files),
    ...(isolation === undefined
      ? { 'playwright.config.ts': `export default ${settings};` }
      : {
          'playwright.config.ts': `import { withSessions } from 'sessionwright/config';\nexport default withSessions(${settings});`,
          'side.ts': `export { expect, test } from 'sessionwright';\nexport const keepsState = ${isolation.includes('keepState')};`,
        }),
  });
}
