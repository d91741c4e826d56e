/** The first lines of a run: where the sessions of each project come from, and which projects have none. */
import type { FullConfig, FullProject } from '@playwright/test/reporter';
import { environment } from '../options/environment';
import { configFolder, projectOptions } from '../options/project';
import { projectLeftToPlaywright } from '../options/served';
import { describeSource, providerOf, withModulePath } from '../options/source';
import type { SessionOptions } from '../options/types';
import { nameOfProvider } from '../host/load-provider';
import { print } from './print';

/** @param projects - those that run: `--project` leaves out others */
export function tellSources(
  config: Pick<FullConfig, 'configFile' | 'rootDir'>,
  projects: readonly FullProject[],
): void {
  const sources = new Set(
    projects
      .filter((project) => projectLeftToPlaywright(project.use) === undefined)
      .map(({ use }) => describeProject(projectOptions(use), configFolder(config))),
  );
  if (sources.size > 0) print(`sessions come from: ${[...sources].join('; ')}`);
  if (environment.apiNotice !== undefined) print(environment.apiNotice);
  for (const project of projects) {
    const reason = projectLeftToPlaywright(project.use);
    if (reason !== undefined) print(`project "${project.name}": ${reason}`);
  }
}

/** With the name of the provider if global set-up has loaded it. */
function describeProject(options: SessionOptions, folder: string): string {
  const provider = providerOf(withModulePath(options, folder));
  return describeSource(options, environment, provider && nameOfProvider(provider));
}
