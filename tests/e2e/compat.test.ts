/** A suite written for plain Playwright gives the same results with only its import changed. */
import { afterEach, expect, test } from 'vitest';
import { compareForeignSuite } from './support/foreign-suite';
import { leavesNothing } from './support/leaves-nothing';
import type { Project } from './support/project';

let project: Project | undefined;

afterEach(async () => {
  await project?.remove();
});

test('the same suite, the same results', async () => {
  const run = await compareForeignSuite();
  project = run.project;
  expect(run.output).toContain('embedded');
  await leavesNothing(project);
});
