/** Runs on a CDP endpoint that starts a browser for each connection, as many clouds do. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startBrowserPerConnection, type BrowserPerConnection } from '../browser-per-connection';
import { openPictureViewer, type PictureViewer } from '../integration/recording/pictures';
import { leavesNothing } from './support/leaves-nothing';
import { failedOf, Project, resultOf, resultsOf } from './support/project';

const COLOURS = ['red', 'lime', 'blue', 'yellow'];
const SPEC = `
  import { test, expect } from 'sessionwright';
  for (const colour of ${JSON.stringify(COLOURS)})
    test(colour, async ({ page, context }) => {
      await page.setContent('<body style="background:' + colour + '">');
      await expect(page.locator('body')).toBeVisible();
      await page.waitForTimeout(300); // the clip shows it
      await context.addCookies([{ name: colour, value: 'kept', domain: 'shop.test', path: '/', expires: 4000000000 }]);
    });`;

let endpoint: BrowserPerConnection;
let pictures: PictureViewer;
let project: Project;

beforeAll(async () => (pictures = await openPictureViewer()));
afterAll(() => pictures.close());
afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
  await endpoint.close();
});

test.each([
  { name: 'two workers with a browser each', maxSessions: 2 },
  { name: 'two workers that share one browser', maxSessions: 1 },
])('$name: clips and cookies are those of the tests', async ({ maxSessions }) => {
  endpoint = await startBrowserPerConnection({ authorization: 'Bearer hunter2' });
  const use = {
    cookieFile: 'cookies.json',
    sessionOptions: {
      cdpUrl: endpoint.url,
      cdpHeaders: { Authorization: 'Bearer hunter2' },
      maxSessions,
    },
  };
  project = await Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 2, fullyParallel: true,
        reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: ${JSON.stringify(use)} });`,
    'suite.spec.ts': SPEC,
  });
  const { report, output } = await project.run();
  expect(failedOf(report), output).toEqual([]);
  expect(resultsOf(report).size).toBe(COLOURS.length);
  for (const colour of COLOURS) {
    const video = resultOf(report, colour).attachments.find(({ name }) => name === 'video');
    const clip = await readFile(video?.path ?? '');
    const { durationMs } = await pictures.play(clip);
    expect((await pictures.play(clip, [durationMs - 100])).colours, colour).toEqual([colour]);
    expect(await project.read('cookies.json')).toContain(`"${colour}"`);
  }
  expect(endpoint.started).toBeLessThanOrEqual(maxSessions); // and not one more for the recorder
  expect(output).toContain('left running: nothing');
  await expect.poll(() => endpoint.running).toEqual([]);
  expect(output + (await project.read('report.json'))).not.toContain('hunter2');
});
