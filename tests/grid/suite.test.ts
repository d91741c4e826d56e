/** A suite on a Selenium Grid: the same fixtures, clips and API; a Grid that is full, loses a node or its hub; and no slot that stays in use. */
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LocalGrid } from '../../scripts/lib/grid.mjs';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, type Project, resultOf, resultsOf } from '../e2e/support/project';
import { eventually } from '../eventually';
import { everySlotIsFree, holdSlot, openGrid, suiteOn } from './grid';

let grid: LocalGrid;
let project: Project | undefined;

beforeAll(async () => {
  grid = await openGrid();
});

afterAll(async () => {
  await grid.close();
});

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
  project = undefined;
});

const WAITS = `test('waits', async ({ page }) => {
  await page.setContent('<h1>Waiting</h1>');
  console.log('WORKER ' + process.pid + '.');
  await page.waitForSelector('h2', { timeout: 0 });
});`;

test('the run says where its browsers are; isolations, clips, cookies, the API, uploads and downloads are as ever', async () => {
  project = await suiteOn(
    grid,
    `
    import { readFileSync } from 'node:fs';
    test.describe(() => {
    test.use({ cookieFile: 'cookies.json' });
    test('context', async ({ page, context }) => {
      await page.route('http://shop.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Shop</h1>' }));
      await page.goto('http://shop.test/');
      await context.addCookies([{ name: 'a', value: '1', url: 'http://shop.test/' }]);
      await expect(page.getByText('Shop')).toBeVisible();
      expect(context.pages()).toHaveLength(1);
    });
    });
    test('api', async ({ page, session }) => {
      await page.setContent('<button onclick="document.title = 1">Buy</button>');
      expect((await session.observe()).elements.map((it) => it.label ?? '').join()).toBeDefined();
      await session.execute({ type: 'click', selector: 'button' });
      await expect(page).toHaveTitle('1');
      expect((await session.scrape()).markdown).toContain('Buy');
      expect((await session.status()).status).toBe('active');
    });
    test('files', async ({ page }) => {
      await page.setContent('<input type=file onchange="this.files[0].text().then((t) => document.title = t)"><a download="a.txt" href="data:text/plain,down">get</a>');
      await page.setInputFiles('input', { name: 'u.txt', mimeType: 'text/plain', buffer: Buffer.from('up') });
      await expect(page).toHaveTitle('up');
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
      expect(readFileSync(await download.path(), 'utf8')).toBe('down');
    });
    test.describe('own', () => {
      test.use({ isolation: 'session' });
      test.describe.configure({ mode: 'serial' });
      for (const name of ['first', 'second'])
        test(name, async ({ page, context }) => {
          expect(await context.cookies('http://own.test')).toEqual([]);
          await context.addCookies([{ name: 'own', value: '1', url: 'http://own.test/' }]);
          await page.setContent('<h1>Own</h1>');
        });
    });
    test('fails', async ({ page }) => {
      await page.setContent('<h1>There</h1>');
      expect(1).toBe(2);
    });`,
    { config: `use: { screenshot: 'only-on-failure' },` },
  );
  const { output, report } = await project.run();
  expect(output).toContain(
    `sessions come from: embedded session server (Selenium Grid at ${grid.url})`,
  );
  expect(failedOf(report).map((it) => it.split(':')[0])).toEqual(['fails']);
  expect(output).toMatch(/6 tests, 6 clips, .*left running: nothing/);
  const { attachments } = resultOf(report, 'fails');
  expect(attachments.map((it) => it.name).filter((name) => name !== 'error-context')).toEqual([
    'screenshot',
    'video',
  ]);
  expect(attachments.every((it) => existsSync(it.path ?? ''))).toBe(true);
  expect(await project.read('cookies.json')).toContain('shop.test');
  await everySlotIsFree(grid);
});

test('Ctrl-C, and the death of the runner: every slot is free soon after', async () => {
  project = await suiteOn(grid, WAITS);
  const interrupted = project.start();
  await interrupted.printed(/WORKER/);
  interrupted.interrupt();
  await everySlotIsFree(grid);
  await interrupted.result();

  const killed = project.start();
  await killed.printed(/WORKER/);
  expect(await grid.usedSlots()).toBe(1);
  process.kill(killed.pid, 'SIGKILL');
  await everySlotIsFree(grid);
  await killed.result();
});

test('host killed, or all of it: what is left on the Grid is ended by whoever comes next', async () => {
  project = await suiteOn(
    grid,
    `${WAITS}\ntest('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`,
  );
  await project.killAll(project.start(['--grep', 'waits']));
  expect(await grid.usedSlots()).toBe(1);
  const { exitCode, output } = await project.run(['--grep', 'later']);
  expect(exitCode, output).toBe(0);
  await everySlotIsFree(grid);
});

test('a run that is ended while it waits takes its request out of the queue', async () => {
  project = await suiteOn(grid, WAITS.repeat(1), { config: 'repeatEach: 6,' });
  const run = project.start(['--workers', '6']);
  await run.printed(/waiting for a session: the Grid has 4 of 4 slots in use, 2 wait/);
  run.interrupt();
  await run.result();
  await everySlotIsFree(grid);
  const { value } = (await (await fetch(`${grid.url}/se/grid/newsessionqueue/queue`)).json()) as {
    value: unknown[];
  };
  expect(value).toEqual([]);
});

test('nobody waits longer than allowed for slots that others have, and is told so', async () => {
  const held = await Promise.all([1, 2, 3, 4].map(async () => holdSlot(grid)));
  project = await suiteOn(grid, WAITS, {
    config: `use: { sessionOptions: { startTimeoutMs: 8_000 } },`,
  });
  const { output, exitCode } = await project.run();
  expect(exitCode).toBe(1);
  expect(output).toContain('No session came free in time: the Grid has 4 of 4 slots in use');
  await Promise.all(held.map(async (letGo) => letGo()));
  await everySlotIsFree(grid);
});

test('a node that is killed: only the test that ran on it fails, and a retry finds another one', async () => {
  project = await suiteOn(
    grid,
    `for (const name of ['a', 'b'])
      test(name, async ({ page }, testInfo) => {
        await page.setContent('<h1>There</h1>');
        console.log('READY ' + name + testInfo.retry);
        if (testInfo.retry === 0) await page.waitForTimeout(15_000);
        await page.evaluate(() => 1);
      });`,
    { config: 'retries: 1,' },
  );
  const run = project.start();
  await run.printed(/READY a0/); // the Grid gives each of the two a node of its own
  await run.printed(/READY b0/);
  await grid.nodes[0]?.kill();
  const { exitCode, output, report } = await run.result();
  expect(exitCode, output).toBe(0);
  const attempts = [...resultsOf(report).values()].map((it) => it.length);
  expect(attempts.sort()).toEqual([1, 2]);
  await grid.startNode(0);
  await everySlotIsFree(grid);
});

test('the hub is started anew in mid-run: the next test waits for it, and nothing is left on the nodes', async () => {
  project = await suiteOn(
    grid,
    `test('before', async ({ page }, testInfo) => {
      await page.setContent('<h1>There</h1>');
      console.log('READY');
      if (testInfo.retry === 0) await page.waitForSelector('h2', { timeout: 0 });
    });
    test('after', async ({ page }) => { await page.setContent('<h1>There</h1>'); });`,
    { config: 'retries: 1,' },
  );
  const run = project.start(['--workers', '1']);
  await run.printed(/READY/);
  await grid.killHub();
  await grid.startHub();
  const { exitCode, output } = await run.result();
  expect(exitCode, output).toBe(0);
  await eventually(async () => expect(await grid.usedSlots()).toBe(0), { timeout: 30_000 });
});
