/** Runs on a machine without a browser: browsers of sessions encode the clips. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../../src/browser/chromium';
import { FakeCloud, PROVIDER } from '../fake-cloud';
import { leavesNothing } from './support/leaves-nothing';
import { Project, resultsOf, type RunResult } from './support/project';
import { serve } from './support/serve-process';

/** No other place is searched, so this machine has no browser for the run. */
const NO_BROWSER = { SESSIONWRIGHT_EXECUTABLE_PATH: '/nowhere/chromium' };
const NO_API = { NOTTE_API_URL: '', NOTTE_API_KEY: '' };

const SPEC = `
  import { test, expect } from 'sessionwright';
  test.beforeEach(async ({ page }) => page.setContent('<h1>Shop</h1>'));
  test('passes', async ({ page }) => expect(page.getByRole('heading')).toHaveText('Shop'));
  test('is flaky', async ({ page }, { retry }) => expect(page.getByRole('heading')).toHaveText(retry ? 'Shop' : 'Bank', { timeout: 1 }));
  test('fails', async ({ page }) => expect(page.getByRole('heading')).toHaveText('Bank', { timeout: 1 }));`;

let folder: string;
let project: Project | undefined;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sw-no-browser-'))));
afterEach(async () => {
  await project?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the suite, and checks that each attempt has a clip. */
async function runSuite(
  env: Record<string, string>,
  sessionOptions: object = {},
): Promise<RunResult> {
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 2, fullyParallel: true, retries: 1,
          reporter: [['line'], ['json', { outputFile: 'report.json' }]],
          use: { sessionOptions: ${JSON.stringify(sessionOptions)} } });`,
      'suite.spec.ts': SPEC,
      'browsers/cloud.mjs': PROVIDER,
    },
    { ...NO_BROWSER, ...env },
  );
  const result = await project.run();
  const results = [...resultsOf(result.report).values()].flat();
  expect(results.map(({ status }) => status).sort()).toEqual([
    ...['failed', 'failed', 'failed'],
    ...['passed', 'passed'],
  ]);
  for (const { attachments } of results) {
    const path = attachments.find(({ name }) => name === 'video')?.path ?? '';
    expect((await readFile(path)).toString('latin1', 4, 8)).toBe('ftyp');
  }
  expect(result.output).toContain('5 clips (encoded in sessions)');
  expect(result.output).toContain('left running: nothing');
  await leavesNothing(project);
  return result;
}

test('sessions of a server encode the clips', async () => {
  const server = await serve(['--data-dir', folder]);
  try {
    await runSuite({ NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' });
    const { body } = await server.call('GET', '/sessions?only_active=true');
    expect(body).toMatchObject({ items: [] });
  } finally {
    await server.end('SIGTERM');
  }
});

test('a CDP endpoint encodes the clips', async () => {
  const browser = await launchChromium({ userDataDir: folder, debuggingPort: true });
  try {
    await runSuite(NO_API, { cdpUrl: browser.cdpUrl });
  } finally {
    await browser.close();
  }
});

test('browsers of a provider encode the clips', async () => {
  const cloud = await FakeCloud.open();
  try {
    await runSuite({ ...NO_API, ...cloud.env }, { backend: ['./browsers/cloud.mjs'] });
    expect(cloud.browsers.size).toBe(0);
  } finally {
    await cloud.close();
  }
});

test('without any session that works, the summary names the clips and the reason', async () => {
  const server = await serve(['--data-dir', folder]);
  try {
    project = await Project.create(
      {
        'playwright.config.ts': `
          import { withSessions } from 'sessionwright/config';
          export default withSessions({ reporter: 'line' });`,
        'suite.spec.ts': `
          import { test } from 'sessionwright';
          test('stops its session', async ({ page, session }) => {
            await page.setContent('<h1>Shop</h1>');
            test.info().setTimeout(20_000);
            await session.stop();
          });`,
      },
      { ...NO_BROWSER, NOTTE_API_URL: server.url, NOTTE_API_KEY: 'key' },
    );
    const { output } = await project.run();
    expect(output).toMatch(/No clip .*\.mp4: .*\/nowhere\/chromium/);
    await leavesNothing(project);
  } finally {
    await server.end('SIGTERM');
  }
});
