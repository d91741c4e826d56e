/**
 * Has the first sessions of a run started while Playwright starts its workers, which ask for them half a second later. Only where they
 * cost nothing but this machine's time, and it has some: where the workers fill it, nothing would be gained.
 */
import type { FullConfig, FullProject, Suite } from '@playwright/test/reporter';
import { hasTimeAhead } from '../base/processors';
import { browserSettings } from '../host/browser-settings';
import type { AcquireRequest } from '../host/protocol';
import { runnerState } from '../host/runner-state';
import { projectOptions } from '../options/project';
import { projectLeftToPlaywright } from '../options/served';
import { isElsewhere } from '../options/source';
import type { SessionTestOptions } from '../options/types';

/** Nobody waits for it: what it cannot do is done when a worker asks. */
export function openFirstSessions(config: FullConfig, suite: Suite): void {
  const { host: starting } = runnerState();
  if (!starting) return;
  const requests = firstRequests(config, suite);
  if (requests.length === 0) return;
  starting.then(async (host) => host.call('prestart', { requests })).catch(() => undefined); // the worker that asks tells what is wrong
}

/** What the workers of the first project will ask for; none where that is not known, or not to be had for nothing. */
function firstRequests(config: FullConfig, suite: Suite): AcquireRequest[] {
  const first = firstProject(config, suite);
  const project = first?.project();
  if (!first || !project || projectLeftToPlaywright(project.use) !== undefined) return [];
  const options = projectOptions(project.use);
  if (isElsewhere(options)) return [];
  const count = Math.min(
    config.workers,
    options.maxSessions ?? Infinity,
    config.fullyParallel ? testsOf(first) : first.suites.length,
  );
  if (!hasTimeAhead(count)) return [];
  const browser = browserOf(project);
  return Array.from({ length: count }, (_, parallelIndex) => ({ parallelIndex, options, browser }));
}

/** The first one that has tests to run and waits for no other one. */
function firstProject({ projects }: FullConfig, suite: Suite): Suite | undefined {
  const teardowns = new Set(projects.map(({ teardown }) => teardown));
  return suite.suites.find((it) => {
    const { name, dependencies = [] } = it.project() ?? {};
    return dependencies.length === 0 && !teardowns.has(name) && testsOf(it) > 0;
  });
}

function testsOf(suite: Suite): number {
  return suite.allTests().filter(({ expectedStatus }) => expectedStatus !== 'skipped').length;
}

/** As Playwright's worker will see it. */
function browserOf({ use }: Pick<FullProject, 'use'>): AcquireRequest['browser'] {
  const { launchOptions = {}, isolation } = use as FullProject['use'] & SessionTestOptions;
  const { headless = launchOptions.headless ?? true, channel = launchOptions.channel } = use;
  return browserSettings({ headless, channel, launchOptions, isolation });
}
