/** What is said at the begin of a run: where the sessions of each project come from, and which projects have none. */
import type { FullConfig } from '@playwright/test/reporter';
import { environment } from '../options/environment';
import { projectOptions } from '../options/project';
import { projectLeftToPlaywright } from '../options/served';
import { describeSource } from '../options/source';
import { print } from './print';

/** Says it. */
export function tellSources({ projects }: Pick<FullConfig, 'projects'>): void {
  const sources = new Set(
    projects
      .filter((project) => projectLeftToPlaywright(project.use) === undefined)
      .map((project) => describeSource(projectOptions(project.use))),
  );
  if (sources.size > 0) print(`sessions come from: ${[...sources].join('; ')}`);
  if (environment.apiNotice !== undefined) print(environment.apiNotice);
  for (const project of projects) {
    const reason = projectLeftToPlaywright(project.use);
    if (reason !== undefined) print(`project "${project.name}": ${reason}`);
  }
}
