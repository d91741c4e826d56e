/** Global set-up of a run: refuses wrong options, and an unusable folder where sessions need one, before anything starts, and starts the host while Playwright loads the tests. */
import type { FullConfig } from '@playwright/test';
import { checkBaseFolder } from '../host/run-folder';
import { beginRun, finishRun, runnerState } from '../host/runner';
import { pathOfUse, projectOptions } from '../options/project';
import { projectLeftToPlaywright } from '../options/served';
import { endDots, print } from '../reporter/print';
import { summaryLines } from '../reporter/summary';

/**
 * Called by Playwright in the runner; what it returns is called when the tests are over.
 * @throws {@link OptionsError} when the `use` of a project holds a wrong or misspelled option of ours; {@link HostError} when a project runs on sessions, and the run's files can be kept nowhere.
 */
export default async function globalSetup(config: FullConfig): Promise<() => Promise<void>> {
  const { validateProjectUse } = await import('../options/validate');
  const state = runnerState();
  state.isRefused = true; // until the options are found to be right
  for (const project of config.projects) {
    validateProjectUse(
      { ...project.use, sessionOptions: projectOptions(project.use) },
      pathOfUse(project.name),
    );
  }
  if (config.projects.some(({ use }) => projectLeftToPlaywright(use) === undefined))
    await checkBaseFolder(); // without it no test would have a session
  state.isRefused = false;
  beginRun();
  return async () => {
    if (state.hasReporter) return;
    const summary = await finishRun();
    if (summary === undefined || summary === 'killed') return; // the workers have told of it
    const lines = summaryLines({ ...summary, problems: [] }); // as they have of problems
    endDots(config);
    for (const { text, look } of lines) print(text, look);
  };
}
