/** Global set-up of a run: validates options and the folder for the run's files, then starts the host while Playwright loads the tests. */
import type { FullConfig } from '@playwright/test';
import { checkBaseFolder } from '../host/run-folder';
import { loadProvider } from '../host/load-provider';
import { beginRun, finishRun, runnerState } from '../host/runner';
import { configFolder, pathOfUse, projectOptions } from '../options/project';
import { projectLeftToPlaywright } from '../options/served';
import { providerOf, withModulePath } from '../options/source';
import { endDots, print } from '../reporter/print';
import { summaryLines } from '../reporter/summary';

/**
 * Playwright calls it in the runner, and calls the returned function after the tests.
 * @throws {@link OptionsError} if the `use` of a project has a wrong or misspelled option of ours, or a provider that does not load; {@link HostError} if a project runs on sessions and no folder can hold the run's files.
 */
export default async function globalSetup(config: FullConfig): Promise<() => Promise<void>> {
  const { validateProjectUse } = await import('../options/validate');
  const state = runnerState();
  state.isRefused = true; // until the options are validated
  for (const project of config.projects) {
    const path = pathOfUse(project.name);
    const sessionOptions = projectOptions(project.use);
    validateProjectUse({ ...project.use, sessionOptions }, path);
    const provider = providerOf(withModulePath(sessionOptions, configFolder(config)));
    if (provider) await loadProvider(provider, `${path}.sessionOptions.backend`);
  }
  if (config.projects.some(({ use }) => projectLeftToPlaywright(use) === undefined))
    await checkBaseFolder(); // without it no test could get a session
  state.isRefused = false;
  beginRun();
  return async () => {
    if (state.hasReporter) return;
    const summary = await finishRun();
    if (summary === undefined || summary === 'killed') return; // the workers have reported it
    const lines = summaryLines({ ...summary, problems: [] }); // workers report problems too
    endDots(config);
    for (const { text, look } of lines) print(text, look);
  };
}
