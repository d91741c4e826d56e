/** Entry point `sessionwright/reporter`: says where sessions come from, waits for the clips before the other reporters make their reports, and sums up. */
import type { FullConfig, Reporter } from '@playwright/test/reporter';
import { finishRun } from '../host/finish';
import { runnerState } from '../host/runner-state';
import { leftToPlaywright } from '../options/served';
import { describeSource } from '../options/source';
import type { SessionOptions } from '../options/types';
import { print, printSummary } from './print';
import { summaryLines } from './summary';

/** The reporter that `withSessions` puts first. It never fails a run. */
export default class SessionReporter implements Reporter {
  #config: Pick<FullConfig, 'reporter'> = { reporter: [] };

  constructor() {
    runnerState().hasReporter = true;
  }

  onBegin(config: FullConfig): void {
    this.#config = config;
    // Playwright calls this too when the options were refused, and to list the tests.
    if (!runnerState().isRefused && !process.argv.includes('--list')) tellSources(config);
  }

  async onEnd(): Promise<void> {
    try {
      const summary = await finishRun();
      printSummary(this.#config, summaryLines(summary));
      if (
        !summary &&
        (await runnerState().host?.then(
          () => true,
          () => false,
        ))
      )
        print("the run's session host was killed, and its clips with it");
    } catch (error) {
      print(`the run could not be summed up: ${String(error)}`);
    }
  }

  printsToStdio(): boolean {
    return false; // Playwright's own reporter shows the tests
  }
}

/** Where the sessions of each project come from, and which projects have none. */
function tellSources(config: FullConfig): void {
  const sources = new Set(
    config.projects
      .filter((project) => whyNotServed(project) === undefined)
      .map((project) => describeSource(optionsOf(project))),
  );
  if (sources.size > 0) print(`sessions come from: ${[...sources].join('; ')}`);
  for (const project of config.projects) {
    const reason = whyNotServed(project);
    if (reason !== undefined) print(`project "${project.name}": ${reason}`);
  }
}

function whyNotServed({ use }: FullConfig['projects'][number]): string | undefined {
  return leftToPlaywright({
    browserName: use.browserName ?? use.defaultBrowserType ?? 'chromium',
    connectOptions: use.connectOptions,
  });
}

function optionsOf({ use }: FullConfig['projects'][number]): SessionOptions {
  return (use as { sessionOptions?: SessionOptions }).sessionOptions ?? {};
}
