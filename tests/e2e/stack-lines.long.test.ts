/** A step of a test has its stack written, and only its own frames are copied for that, not the same ones of Playwright again and again. */
import { afterEach, expect, test } from 'vitest';
import { leavesNothing } from './support/leaves-nothing';
import { Project } from './support/project';

/** Of one step: those of the file of tests, of up to 50 in all. */
const MAX_COPIED = 5;

let project: Project | undefined;

afterEach(async () => {
  await project?.remove();
});

test('the stack of a step costs only what is new in it', async () => {
  expect(await copiedPerStep('@playwright/test')).toBeGreaterThan(2 * MAX_COPIED); // else there is nothing to be saved any more
  expect(await copiedPerStep('sessionwright')).toBeLessThan(MAX_COPIED);
});

/** How many frames are copied to write the stack of a step: of each, the names of all methods are listed then. */
async function copiedPerStep(from: string): Promise<number> {
  await project?.remove();
  project = await Project.create({
    'a.spec.ts': `
      import { test } from '${from}';
      test.use({ page: async ({}, use) => use({ act: () => test.step('act', async () => {}) }) });
      test('steps', async ({ page }) => {
        const write = Error.prepareStackTrace;
        Error.prepareStackTrace = (_, frames) => frames;
        const [frame] = new Error().stack;
        Error.prepareStackTrace = write;
        const methods = Object.getPrototypeOf(frame);
        const { getOwnPropertyNames } = Object;
        let copied = 0;
        Object.getOwnPropertyNames = (of) => {
          if (of === methods) copied += 1;
          return getOwnPropertyNames(of);
        };
        for (let nth = 0; nth < 20; nth++) await page.act();
        copied = 0;
        for (let nth = 0; nth < 20; nth++) await page.act();
        console.log('copied ' + copied / 20 + ' frames');
      });`,
  });
  const { exitCode, output } = await project.run();
  expect(exitCode, output).toBe(0);
  await leavesNothing(project);
  return Number(/copied ([\d.]+) frames/.exec(output)?.[1] ?? NaN);
}
