/** Entry point `sessionwright/reporter`: says where sessions come from, waits for the clips before the other reporters make their reports, and sums up. */
import { appendFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestResult,
  TestStep,
} from '@playwright/test/reporter';
import { messageOf } from '../base/errors';
import { finishRun } from '../host/finish';
import type { RunSummary } from '../host/protocol';
import { runnerState } from '../host/runner-state';
import { environment } from '../options/environment';
import { leftToPlaywright } from '../options/served';
import { describeSource } from '../options/source';
import type { SessionOptions } from '../options/types';
import { dropMissingClips, isClip } from './missing-clips';
import { print, printSummary } from './print';
import type { RunData } from './run/data';
import { RunPage, type WrittenPage } from './run-page';
import { StepTeller } from './step-teller';
import { summaryLines } from './summary';

/** What the reporter may be told. */
export interface ReporterOptions {
  /** Folder of the run page, absolute or relative to the configuration; `false`: none is written. @default 'sessionwright-report' */
  runPage?: string | false;
}

/** The reporter that `withSessions` puts first. It never fails a run. */
export default class SessionReporter implements Reporter {
  readonly #options: ReporterOptions;
  #config: Pick<FullConfig, 'reporter'> = { reporter: [] };
  #page: RunPage | undefined;
  /** Undefined where no test runs. */
  #steps: StepTeller | undefined;
  /** Where it was written. */
  #place: string | undefined;

  readonly #withClip = new Set<TestResult>();

  constructor(options: ReporterOptions = {}) {
    this.#options = options;
    runnerState().hasReporter = true;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.#config = config;
    // Playwright calls this too when the options were refused, and to list the tests.
    if (runnerState().isRefused || process.argv.includes('--list')) return;
    if (!isMerge()) tellSources(config);
    this.#page = new RunPage(config, suite, this.#options.runPage);
    if (!isMerge()) this.#steps = new StepTeller(this.#page.texts);
  }

  onStepBegin(test: TestCase, result: TestResult, step: TestStep): void {
    this.#steps?.began(test, result, step);
  }

  onStepEnd(test: TestCase, result: TestResult, step: TestStep): void {
    this.#steps?.ended(test, result, step);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.#page?.ended(test, result);
    if (result.attachments.some(isClip)) this.#withClip.add(result);
  }

  async onEnd(result: FullResult): Promise<void> {
    let summary: RunSummary | undefined;
    try {
      await this.#steps?.flush();
      summary = isMerge() ? undefined : await finishRun();
      dropMissingClips(this.#withClip);
      printSummary(this.#config, summaryLines(summary));
      if (!summary && (await hadHost()))
        print("the run's session host was killed, and its clips with it", 'red');
    } catch (error) {
      print(`the run could not be summed up: ${String(error)}`, 'red');
    }
    await this.#writePage(result, summary);
  }

  async onExit(): Promise<void> {
    if (this.#place === undefined || (await this.#page?.isThere()) !== false) return;
    print(
      `no run page: another reporter has cleared ${this.#place}. Name another folder as runPage.`,
      'yellow',
    );
  }

  printsToStdio(): boolean {
    return false; // Playwright's own reporter shows the tests
  }

  async #writePage(result: FullResult, summary: RunSummary | undefined): Promise<void> {
    let written: WrittenPage | undefined;
    try {
      written = await this.#page?.write(result, summary);
      this.#tellPage(written);
    } catch (error) {
      print(`no run page: ${messageOf(error)}. ${RESULTS_STAND}`, 'yellow');
    }
    if (!written || !environment.isGitHub) return;
    try {
      await tellGitHub(written.data);
    } catch (error) {
      print(`GitHub has no summary: ${messageOf(error)}. ${RESULTS_STAND}`, 'yellow');
    }
  }

  #tellPage(written: WrittenPage | undefined): void {
    if (!written) {
      if (isMerge() && this.#page?.isExpected === true) print(NOTHING_MERGED, 'yellow');
      return;
    }
    const { page, failure, problems = [] } = written;
    for (const problem of problems) print(problem, 'yellow');
    if (failure !== undefined) print(`no run page: ${failure}. ${RESULTS_STAND}`, 'yellow');
    if (page === undefined) return;
    this.#place = relative(process.cwd(), page);
    print(`run page: ${this.#place}`, 'cyan');
  }
}

/** Said of what could not be written. */
const RESULTS_STAND = "The run's results stand as they are.";
/** Shards tell of their sessions only in blob reports, and in runs with our reporter. */
const NOTHING_MERGED =
  'no run page: the reports that were merged tell of no session. Run the shards with withSessions and the blob reporter.';

/** Annotations go where GitHub looks for them: into the log of the job. */
async function tellGitHub(data: RunData): Promise<void> {
  const { annotations, stepSummary } = await import('./github');
  for (const line of annotations(data)) process.stderr.write(`${line}\n`);
  const { stepSummaryFile } = environment;
  if (stepSummaryFile !== undefined) await appendFile(stepSummaryFile, stepSummary(data));
}

/** Whether reports of earlier runs are put together: then nothing runs. */
function isMerge(): boolean {
  return process.argv.includes('merge-reports');
}

/** Whether global set-up has brought a host up. */
async function hadHost(): Promise<boolean> {
  return (
    (await runnerState().host?.then(
      () => true,
      () => false,
    )) === true
  );
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
