/** Who waits for a session that others have: how long, what is said of it, and that the clip shows nothing of theirs. */
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { openPictureViewer } from '../integration/recording/pictures';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { failedOf, Project, resultOf } from '../e2e/support/project';
import { runDataOf } from '../e2e/support/run-data';
import { sharingConfig } from '../e2e/support/sharing-suite';

/** Waits here are long, so that a slow machine is not what ends them. */
vi.setConfig({ testTimeout: 900_000 });

let project: Project | undefined;

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
});

/** Lasts for as long as this file is not there. */
const untilThere = (name: string): string =>
  `await expect.poll(() => existsSync('${name}'), { timeout: 240_000 }).toBe(true);`;

test("a hook's page keeps the session until it ends; a wait that times out names its user, and does not affect other tests", async () => {
  project = await Project.create({
    'playwright.config.ts': sharingConfig(
      { sessionOptions: { maxSessions: 1, startTimeout: 30_000 } },
      'timeout: 0',
    ),
    'a.spec.ts': `
      import { existsSync, writeFileSync } from 'node:fs';
      import { test, expect, type Page } from 'sessionwright';
      let page: Page;
      test.beforeAll(async ({ browser }) => {
        page = await browser.newPage();
        await page.setContent('<h1>Of the hook</h1>');
        writeFileSync('held', '');
      });
      test.afterAll(async () => page.close());
      test('holds on', async () => {
        ${untilThere('vain')}
        await expect(page.getByText('Of the hook')).toBeVisible();
      });
      test('goes on', async () => expect(page.getByText('Of the hook')).toBeVisible());`,
    'b.spec.ts': `
      import { existsSync, writeFileSync } from 'node:fs';
      import { test, expect } from 'sessionwright';
      test.beforeAll(async () => { ${untilThere('held')} });
      test.afterAll(() => writeFileSync('vain', ''));
      test('waits in vain', async ({ page }) => page.setContent('x'));
      test('comes later', async ({ page }) => page.setContent('x'));`,
  });
  const { output, report } = await project.run();
  expect(resultOf(report, 'waits in vain').error?.message, output).toMatch(
    /Waited 30 s for a session without success: 1 of 1 in use by worker \d \("holds on"\)/,
  );
  for (const title of ['holds on', 'goes on', 'comes later'])
    expect(resultOf(report, title).status, output).toBe('passed');
  const { tests, texts, totals } = await runDataOf(project); // it tells of the wait, though that worker never had a session
  const [attempt] =
    tests.find(({ titles }) => texts[titles.at(-1) ?? 0] === 'waits in vain')?.attempts ?? [];
  const waitedMs = (attempt?.waits ?? []).reduce((sum, [, ms]) => sum + ms, 0);
  expect(waitedMs).toBeGreaterThanOrEqual(30_000);
  expect(totals.waitingMs).toBeGreaterThanOrEqual(waitedMs);
});

test("a worker waits for a test as long as that test's current timeout", async () => {
  const words = { sessionOptions: { maxSessions: 1, startTimeout: 20_000 } };
  project = await Project.create({
    'playwright.config.ts': sharingConfig(words, 'timeout: 20_000'),
    'a.spec.ts': `
      import { writeFileSync } from 'node:fs';
      import { test, expect } from 'sessionwright';
      test('takes long', async ({ page }) => {
        test.setTimeout(300_000);
        writeFileSync('held', '');
        await page.setContent('<p>0');
        await page.evaluate(() => setInterval(() => document.querySelector('p')!.textContent++, 100));
        await expect.poll(async () => Number(await page.textContent('p')), { timeout: 240_000 }).toBeGreaterThan(500);
      });`,
    'b.spec.ts': `
      import { existsSync } from 'node:fs';
      import { test, expect } from 'sessionwright';
      test.beforeAll(async () => { test.setTimeout(300_000); ${untilThere('held')} });
      test('waits', async ({ page }) => page.setContent('x'));`,
  });
  const { output, report } = await project.run();
  expect(failedOf(report), output).toEqual([]);
});

test("a worker waits for a hook as long as that hook's timeout", async () => {
  const words = { sessionOptions: { maxSessions: 1, startTimeout: 20_000 } };
  project = await Project.create({
    'playwright.config.ts': sharingConfig(words, 'timeout: 300_000'),
    'a.spec.ts': `
      import { writeFileSync } from 'node:fs';
      import { test, expect } from 'sessionwright';
      test.beforeAll(async ({ browser }) => {
        const page = await browser.newPage();
        writeFileSync('held', '');
        await page.setContent('<p>0');
        await page.evaluate(() => setInterval(() => document.querySelector('p')!.textContent++, 100));
        await expect.poll(async () => Number(await page.textContent('p')), { timeout: 240_000 }).toBeGreaterThan(300);
        await page.close();
      });
      test('comes after', async ({ page }) => page.setContent('x'));`,
    'b.spec.ts': `
      import { existsSync } from 'node:fs';
      import { test, expect } from 'sessionwright';
      test.beforeAll(async () => { ${untilThere('held')} });
      test('waits', async ({ page }) => page.setContent('x'));`,
  });
  const { output, report } = await project.run();
  expect(failedOf(report), output).toEqual([]);
});

test('the clip of a test does not show the test before it', async () => {
  project = await Project.create({
    'playwright.config.ts': sharingConfig({ sessionOptions: { maxSessions: 1 } }, 'timeout: 0'),
    'a.spec.ts': `
      import { existsSync, writeFileSync } from 'node:fs';
      import { test, expect } from 'sessionwright';
      test.afterAll(() => writeFileSync('over', ''));
      test('is red', async ({ page }) => {
        ${untilThere('begun')}
        await page.setContent('<body style="background: red"><p>0');
        await page.evaluate(() => setInterval(() => document.querySelector('p')!.textContent++, 100));
        await expect.poll(async () => Number(await page.textContent('p')), { timeout: 240_000 }).toBeGreaterThan(40);
      });`,
    'b.spec.ts': `
      import { existsSync, writeFileSync } from 'node:fs';
      import { test as base, expect } from 'sessionwright';
      const test = base.extend<{ slow: void }>({
        slow: [async ({}, use) => {
          writeFileSync('begun', '');
          ${untilThere('over')}
          await use();
        }, { auto: true }],
      });
      test('is lime', async ({ page }) => page.setContent('<body style="background: lime">'));`,
  });
  const { output, report } = await project.run();
  expect(failedOf(report), output).toEqual([]);
  const clip = resultOf(report, 'is lime').attachments.find(({ name }) => name === 'video');
  const viewer = await openPictureViewer();
  try {
    const mp4 = await readFile(clip?.path ?? expect.fail('no clip'));
    const { durationMs } = await viewer.play(mp4);
    const moments = Array.from({ length: 10 }, (_, at) => (at / 9) * (durationMs - 10));
    const { colours } = await viewer.play(mp4, moments);
    expect(colours).toContain('lime');
    expect(colours).not.toContain('red');
  } finally {
    await viewer.close();
  }
});
