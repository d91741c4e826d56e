/** Suites on a real server of another vendor: Browserless, which starts a browser for each connection. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { expectPaintedClips, projectOn } from '../e2e/support/painted-suite';
import { resultOf, type Project } from '../e2e/support/project';
import { openPictureViewer, type PictureViewer } from '../integration/recording/pictures';
import { startBrowserless, type Browserless } from './browserless';

let browserless: Browserless;
let pictures: PictureViewer;
let project: Project;

beforeAll(async () => {
  browserless = await startBrowserless();
  pictures = await openPictureViewer();
});
afterEach(async () => {
  await expect.poll(() => browserless.running()).toBe(0);
  await leavesNothing(project);
  await project.remove();
});
afterAll(async () => {
  await pictures.close();
  await browserless.close();
});

test.each([
  { name: 'two workers with a browser each', maxSessions: 2 },
  { name: 'two workers that share one browser', maxSessions: 1 },
])('$name: clips and cookies are those of the tests', async ({ maxSessions }) => {
  project = await projectOn({ cdpUrl: browserless.url, maxSessions });
  const { output, report } = await expectPaintedClips(project, pictures);
  expect(output + report).not.toContain('hunter2');
});

test('a killed browser fails its test, and is replaced before the next one', async () => {
  project = await projectOn(
    { cdpUrl: browserless.url, maxSessions: 1 },
    `import { test } from 'sessionwright';
    test.describe.configure({ mode: 'default' });
    test('first', async ({ page }) => { await page.goto('about:blank'); });
    test('second', async ({ page, browser }) => {
      const cdp = await browser.newBrowserCDPSession();
      await cdp.send('Browser.close').catch(() => {});
      await page.waitForTimeout(20_000);
    });
    test('third', async ({ page }) => { await page.goto('about:blank'); });`,
  );
  const { report, output } = await project.run();
  expect(resultOf(report, 'first').status, output).toBe('passed');
  expect(resultOf(report, 'second').status).toBe('failed');
  expect(resultOf(report, 'second').errors[0]?.message).toContain('was lost while this test ran');
  expect(resultOf(report, 'third').status, output).toBe('passed');
});
