/** A suite on a Selenium Grid: the same fixtures, clips and API; and a node that is lost. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LocalGrid } from '../../scripts/lib/grid.mjs';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import {
  failedOf,
  type Project,
  resultOf,
  resultsOf,
  shownAttachments,
} from '../e2e/support/project';
import { everySlotIsFree, openGrid, SLOW_MS, suiteOn } from './grid';

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

test('the run prints its source; isolation, clips, cookies, the API, uploads and downloads work', async () => {
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
      expect((await session.observe()).elements.map((it) => it.name)).toEqual(['Buy']);
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
  const failed = resultOf(report, 'fails');
  expect(shownAttachments(failed).filter((name) => name !== 'error-context')).toEqual([
    'screenshot',
    'video',
  ]);
  const files = failed.attachments.flatMap(({ path }) => path ?? []);
  expect(files.length).toBeGreaterThanOrEqual(2);
  expect(files.every((path) => existsSync(path))).toBe(true);
  expect(await project.read('cookies.json')).toContain('shop.test');
  await everySlotIsFree(grid);
});

test('a node is killed: only its tests fail, and their retries use another node', async () => {
  project = await suiteOn(
    grid,
    `import { existsSync } from 'node:fs';
    for (const name of ['a', 'b', 'c', 'd'])
      test(name, async ({ page }, testInfo) => {
        await page.setContent('<h1>There</h1>');
        console.log('READY ' + name + testInfo.retry);
        await expect.poll(() => existsSync('killed'), { timeout: 240_000 }).toBe(true);
        await page.evaluate(() => 1);
      });`,
    { config: 'retries: 1, timeout: 300_000,' },
  );
  const run = project.start(['--workers', '4']); // all slots are in use, two on each node
  for (const name of ['a', 'b', 'c', 'd']) await run.printed(new RegExp(`READY ${name}0`), SLOW_MS);
  await grid.nodes[0]?.kill();
  await writeFile(join(project.folder, 'killed'), '');
  const { exitCode, output, report } = await run.result();
  expect(exitCode, output).toBe(0);
  const attempts = [...resultsOf(report).values()].map((it) => it.length);
  expect(attempts.sort()).toEqual([1, 1, 2, 2]);
  await grid.startNode(0);
  await everySlotIsFree(grid);
});
