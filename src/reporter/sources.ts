/** What is said at the begin of a run: where the sessions of each project come from, and which projects have none. */
import type { FullConfig } from '@playwright/test/reporter';
import { projectOptions } from '../options/project';
import { leftToPlaywright } from '../options/served';
import { describeSource } from '../options/source';
import { print } from './print';

/** The part of a project that decides. */
type Project = Pick<FullConfig['projects'][number], 'use'>;

/** Says it. */
export function tellSources({ projects }: Pick<FullConfig, 'projects'>): void {
  const sources = new Set(
    projects
      .filter((project) => whyNotServed(project) === undefined)
      .map((project) => describeSource(projectOptions(project.use))),
  );
  if (sources.size > 0) print(`sessions come from: ${[...sources].join('; ')}`);
  for (const project of projects) {
    const reason = whyNotServed(project);
    if (reason !== undefined) print(`project "${project.name}": ${reason}`);
  }
}

/** Why a project has no sessions of ours; undefined when it has. */
export function whyNotServed({ use }: Project): string | undefined {
  return leftToPlaywright({
    browserName: use.browserName ?? use.defaultBrowserType ?? 'chromium',
    connectOptions: use.connectOptions,
  });
}
