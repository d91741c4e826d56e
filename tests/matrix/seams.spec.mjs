/** What sessionwright takes from inside Playwright, as a test sees it; and a test of each isolation. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'sessionwright';

/** What the runner collects while a test runs, and clears after the run. */
const artifactsOf = (testInfo) =>
  join(testInfo.project.outputDir, `.playwright-artifacts-${testInfo.workerIndex}`);

/** The attachments of an earlier test of this worker. */
const kept = { attachments: [], folder: '' };

test.describe.configure({ mode: 'serial' });

test('a context has what `use` says, a trace and a clip', async ({ page, context }, testInfo) => {
  await context.route('http://seams.test/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<h1>Seams</h1>' }),
  );
  await page.goto('/');
  await page.locator('h1').click();
  await expect(page.locator('h1')).toHaveText('Seams');
  expect(await page.evaluate(() => navigator.language)).toBe('de-DE');
  kept.attachments = testInfo.attachments;
  kept.folder = testInfo.outputDir;
});

test('the trace holds the context of the test alone', async () => {
  const trace = readFileSync(kept.attachments.find(({ name }) => name === 'trace').path, 'latin1');
  const contexts = new Set(trace.match(/\d+-trace\.trace/g));
  expect(contexts.size).toBeLessThanOrEqual(2); // the context's, and that of its requests
  const clip = kept.attachments.find(({ name }) => name === 'video');
  expect(dirname(clip.path)).toBe(kept.folder);
});

test('no context but those of tests is named', async ({ browser, page }) => {
  const [only, ...others] = browser.contexts();
  expect(only === page.context()).toBe(true);
  expect(others).toHaveLength(0);
});

test('a trace that runs lies in the folder that the runner clears', async ({ page }, testInfo) => {
  await page.setContent('<h1>Live</h1>');
  const folder = join(artifactsOf(testInfo), 'traces');
  await expect.poll(() => readdirSync(folder).join()).toContain('.stacks');
});

test('a trace without an end leaves nothing in the temp folder', async ({ browser }) => {
  const context = await browser.newContext();
  await context.newPage();
  expect(
    readdirSync(process.env.TMPDIR ?? '/tmp').filter((it) => it.startsWith('playwright-tracing-')),
  ).toEqual([]);
});

test.describe("isolation 'session'", () => {
  test.use({ isolation: 'session' });

  test("works in the session's own context", async ({ page, context }) => {
    await context.addCookies([{ name: 'left', value: '1', url: 'http://seams.test' }]);
    await page.route('**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<h1>Own</h1>' }),
    );
    await page.goto('/');
    await page.locator('h1').click();
    expect(await page.evaluate(() => navigator.language)).toBe('de-DE');
  });

  test('finds nothing of the test before', async ({ page, context }) => {
    expect(await context.cookies()).toEqual([]);
    expect(page.url()).toBe('about:blank');
  });
});

test('the session answers by its API', async ({ page, session }) => {
  await page.setContent('<h1>Here</h1>');
  expect((await session.status()).status).toBe('active');
});
