/** Runs on the browsers of a provider: a fake cloud in this process, which starts real Chromiums. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { CLOUD_KEY, FakeCloud, PROVIDER } from '../fake-cloud';
import { leavesNothing } from './support/leaves-nothing';
import { failedOf, Project, resultOf, resultsOf } from './support/project';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

const SPEC = `
  import { test, expect } from 'sessionwright';
  for (const name of ['one', 'two', 'three'])
    test(name, async ({ page, context, session }) => {
      await context.addCookies([{ name, value: 'kept', domain: 'shop.test', path: '/', expires: 4000000000 }]);
      await page.setContent('<h1>Shop</h1>');
      await page.getByRole('heading').click();
      await expect(page.getByRole('heading')).toHaveText('Shop');
      expect((await session.status()).status).toBe('active');
    });`;

interface Suite {
  backend?: unknown;
  spec?: string;
  provider?: string;
  workers?: number;
  env?: Record<string, string>;
}

let cloud: FakeCloud;
let project: Project | undefined;

beforeEach(async () => {
  cloud = await FakeCloud.open();
});

afterEach(async () => {
  await project?.remove();
  project = undefined;
  await cloud.close();
});

async function create({
  backend = ['./browsers/cloud.mjs', { stealth: true }],
  spec = SPEC,
  provider = PROVIDER,
  workers = 2,
  env = {},
}: Suite = {}): Promise<Project> {
  const use = { cookieFile: 'cookies.json', sessionOptions: { backend, startTimeout: 20_000 } };
  return (project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: ${workers}, fullyParallel: true, timeout: 20_000,
          reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: ${JSON.stringify(use)} });`,
      'suite.spec.ts': spec,
      'browsers/cloud.mjs': provider,
    },
    { NOTTE_API_URL: '', NOTTE_API_KEY: '', ...cloud.env, ...env },
  ));
}

async function reap(): Promise<{ stopped: unknown[]; left: { reason: string }[] }> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'reap', '--json'], {
    env: project?.env,
  }).catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout) as { stopped: unknown[]; left: { reason: string }[] };
}

test('a suite runs with cookies and clips, and leaves nothing', async () => {
  const suite = await create();
  const { exitCode, output, report } = await suite.run();
  expect(failedOf(report)).toEqual([]);
  expect(exitCode).toBe(0);
  expect(output).toContain('sessions come from: embedded session server (provider fake cloud)');
  for (const name of ['one', 'two', 'three'])
    expect(resultOf(report, name).attachments.map((it) => it.name)).toContain('video');
  expect(await suite.read('cookies.json')).toContain('"three"');
  expect(cloud.count(/POST/)).toBeLessThanOrEqual(2);
  expect(cloud.browsers.size).toBe(0);
  expect(output + (await suite.read('report.json'))).not.toContain(CLOUD_KEY);
  await leavesNothing(suite);
});

test('workers take turns if the cloud has fewer browsers', async () => {
  cloud.capacity = 1;
  const suite = await create({ workers: 3 });
  const { report } = await suite.run();
  expect(failedOf(report)).toEqual([]);
  expect(resultsOf(report).size).toBe(3);
  await leavesNothing(suite);
});

test('options of the module are passed on, and hidden in reports', async () => {
  const suite = await create({ backend: ['./browsers/cloud.mjs', { apiKey: 'k-opt-17' }] });
  cloud.badStarts.push('refuses');
  const { report } = await suite.run();
  expect(failedOf(report)).toEqual([]);
  expect(cloud.calls.length).toBeGreaterThan(0);
  expect(await suite.read('report.json')).not.toContain('k-opt-17');
});

test.each([
  ['a missing module', undefined, /does not load: .*Cannot find module/],
  ['a module without a provider', 'export const a = 1;', /has no default export/],
  ['a provider without start', 'export default { name: "x" };', /has no start\(\)/],
  ['a provider without a name', 'export default { start() {} };', /has no name/],
  ['a module that throws', 'throw new Error("no region");', /does not load: no region/],
  [
    'a function that throws',
    'export default () => { throw new Error("no key"); };',
    /failed: no key/,
  ],
])('%s is refused before the first test', async (_, provider, message) => {
  const suite = await create(
    provider === undefined ? { backend: ['./missing.mjs'] } : { provider },
  );
  const { exitCode, output } = await suite.run();
  expect(exitCode).toBe(1);
  expect(output).toMatch(message);
  expect(output).toContain('use.sessionOptions.backend: the provider module');
  expect(cloud.calls).toEqual([]);
  await leavesNothing(suite);
});

test('an answer without a URL is reported once, by name', async () => {
  cloud.badStarts.push('no url', 'no url', 'no url');
  const suite = await create({ workers: 1 });
  const { output } = await suite.run();
  expect(output).toContain('The provider "fake cloud" is not usable: start() returned no cdpUrl.');
  expect(output).toMatch(/1 failed[^]+2 skipped/);
  expect(cloud.browsers.size).toBe(0);
});

test('the next run ends what a killed run left', async () => {
  const spec = `
    import { test } from 'sessionwright';
    test('stays', async ({ page }) => {
      if (process.env.STAYS) { console.log('WORKER ' + process.pid + ' '); await page.waitForTimeout(60_000); }
    });`;
  const suite = await create({ spec, env: { STAYS: '1' } });
  await suite.killAll(suite.start());
  expect(cloud.browsers.size).toBe(1);
  suite.env['STAYS'] = '';
  expect(failedOf((await suite.run()).report)).toEqual([]);
  await eventually(() => expect(cloud.browsers.size).toBe(0));
  await leavesNothing(suite);
});

test('reap ends the browser of a start whose answer came after the run was killed', async () => {
  cloud.badStarts.push('answers late');
  const suite = await create({ backend: ['./browsers/cloud.mjs'], workers: 1 });
  const run = suite.start();
  await eventually(() => expect(cloud.browsers.size).toBe(1));
  for (const pid of [run.pid, ...suite.hosts().map(Number)]) process.kill(pid, 'SIGKILL');
  await run.result();
  expect(await reap()).toMatchObject({ stopped: [{ kind: 'provider' }], left: [] });
  expect(cloud.browsers.size).toBe(0);
  await leavesNothing(suite);
});

test('reap names what may be left at a provider that cannot list', async () => {
  cloud.badStarts.push('answers late');
  const provider = PROVIDER.replace('without = []', "without = ['list']");
  const suite = await create({ backend: ['./browsers/cloud.mjs'], workers: 1, provider });
  const run = suite.start();
  await eventually(() => expect(cloud.browsers.size).toBe(1));
  for (const pid of [run.pid, ...suite.hosts().map(Number)]) process.kill(pid, 'SIGKILL');
  await run.result();
  const { left } = await reap();
  expect(left).toHaveLength(1);
  expect(left[0]?.reason).toContain('the provider "fake cloud" cannot list its browsers');
});

test('a browser that ends is replaced before the next test', async () => {
  const spec = `
    import { test, expect } from 'sessionwright';
    test('first', async ({ page }) => { await page.goto('about:blank'); });
    test('second', async ({ page, browser }) => {
      const cdp = await browser.newBrowserCDPSession();
      await cdp.send('Browser.close').catch(() => {});
      await page.waitForTimeout(10_000);
    });
    test('third', async ({ page }) => { await page.goto('about:blank'); });`;
  const suite = await create({ spec, workers: 1 });
  const { report } = await suite.run();
  expect(resultOf(report, 'third').status).toBe('passed');
  expect(resultOf(report, 'second').status).toBe('failed');
  expect(cloud.browsers.size).toBe(0);
  await leavesNothing(suite);
});
