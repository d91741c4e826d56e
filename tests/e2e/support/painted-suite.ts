/** A suite whose tests paint their page, so that a clip of another browser is noticed. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { PictureViewer } from '../../integration/recording/pictures';
import { failedOf, Project, resultOf, resultsOf } from './project';

const COLOURS = ['red', 'lime', 'blue', 'yellow'];
const SPEC = `
  import { test, expect } from 'sessionwright';
  for (const colour of ${JSON.stringify(COLOURS)})
    test(colour, async ({ page, context }) => {
      await page.setContent('<body style="background:' + colour + '">');
      await expect(page.locator('body')).toBeVisible();
      await page.screenshot(); // it is painted
      await context.addCookies([{ name: colour, value: 'kept', domain: 'shop.test', path: '/', expires: 4000000000 }]);
    });`;

/** Creates a project with two workers on these sessions. */
export async function projectOn(sessionOptions: object, spec = SPEC): Promise<Project> {
  const use = { cookieFile: 'cookies.json', sessionOptions };
  return Project.create({
    'playwright.config.ts': `
      import { withSessions } from 'sessionwright/config';
      export default withSessions({ workers: 2, fullyParallel: true,
        reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: ${JSON.stringify(use)} });`,
    'suite.spec.ts': spec,
  });
}

/** Runs the suite. The end of each clip shows what its test painted, and the cookies of all tests are in the file. */
export async function expectPaintedClips(
  project: Project,
  pictures: PictureViewer,
): Promise<{ output: string; report: string }> {
  const { report, output } = await project.run();
  expect(failedOf(report), output).toEqual([]);
  expect(resultsOf(report).size).toBe(COLOURS.length);
  for (const colour of COLOURS) {
    const video = resultOf(report, colour).attachments.find(({ name }) => name === 'video');
    const clip = await readFile(video?.path ?? '');
    const { durationMs } = await pictures.play(clip);
    expect((await pictures.play(clip, [durationMs - 1])).colours, colour).toEqual([colour]);
    expect(await project.read('cookies.json')).toContain(`"${colour}"`);
  }
  expect(output).toContain('left running: nothing');
  return { output, report: await project.read('report.json') };
}
