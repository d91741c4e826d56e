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
import type { RunSummary } from '../host/protocol';
import { beginNextRun, finishRun, keptSessionsOver, runnerState } from '../host/runner';
import { environment } from '../options/environment';
import { REPORTED } from '../options/reported';
import { keptLine } from '../host/kept-line';
import { dropMissingClips, hideStory, isClip } from './attachments';
import { openLiveView, wantsLiveView } from './headed';
import { Links } from './links';
import { type Look, print } from './print';
import type { RunData } from './run/data';
import { RunPage, type WrittenPage } from './run-page';
import { tellSources } from './sources';
import { StepTeller } from './step-teller';
import { summaryLines } from './summary';

/** Clips and sessions that take longer to end get a message, in milliseconds. */
const ENDING_MS = 5_000;

/** Options of the reporter. */
export interface ReporterOptions {
  /** Folder of the run page, absolute or relative to the configuration; `false`: none is written. @default 'sessionwright-report' */
  runPage?: string | false;
  /** The address by which that folder is found by those who read the reports, `http:` or `https:`; then each test links there. @default none */
  runPageUrl?: string;
}

/** The reporter that `withSessions` puts first. It never fails a run. */
export default class SessionReporter implements Reporter {
  readonly #options: ReporterOptions;
  #page: RunPage | undefined;
  /** Undefined where no test runs. */
  #steps: StepTeller | undefined;
  #links: Links | undefined;
  #written: WrittenPage | undefined;
  /** What is to be said once the other reporters are done: there a reader looks, below their lists. */
  readonly #lines: [line: string, look?: Look | undefined][] = [];
  readonly #withClip = new Set<TestResult>();
  #summary: RunSummary | undefined;
  #stopLooking: (() => void) | undefined;
  /** Whether a blob report takes the stories of tests along, for the run page of the merged report. */
  #hasBlobReport = false;
  /** Whether the run has this reporter already: that one tells everything. */
  #isSecond = false;

  constructor(options: ReporterOptions = {}) {
    this.#options = options;
    runnerState().hasReporter = true;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    const { announced } = runnerState();
    this.#isSecond = announced.has(suite);
    if (this.#isSecond) return;
    announced.add(suite);
    this.#hasBlobReport = config.reporter.some(([name]) => name === 'blob');
    if (!isMerge()) for (const { use } of config.projects) Object.assign(use, REPORTED); // where there is no withSessions
    // Playwright calls this too when the options were refused, and to list the tests.
    if (runnerState().isRefused || process.argv.includes('--list')) return;
    if (!isMerge()) {
      beginNextRun();
      const projects = suite.suites.flatMap((it) => it.project() ?? []);
      tellSources(config, projects);
      if (wantsLiveView(projects) && !environment.isCI) this.#stopLooking = openLiveView();
    }
    this.#links = new Links(config, this.#options.runPageUrl);
    const { hasHtmlReport: hasLinkPages } = this.#links;
    this.#page = new RunPage(config, suite, { folder: this.#options.runPage, hasLinkPages });
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
    this.#links?.ended(test, result);
    if (result.attachments.some(isClip)) this.#withClip.add(result);
    if (!this.#hasBlobReport) hideStory(result);
  }

  async onEnd(result: FullResult): Promise<void> {
    if (this.#isSecond) return;
    let summary: RunSummary | undefined;
    const patience = setTimeout(
      () => print('writing clips and ending sessions'),
      ENDING_MS,
    ).unref();
    this.#stopLooking?.();
    try {
      await this.#steps?.flush();
      const keepsFailed = mayWait(result);
      const finished = isMerge() ? undefined : await finishRun({ keepsFailed });
      dropMissingClips(this.#withClip);
      if (finished !== 'killed') summary = this.#summary = finished;
      else this.#say("the run's session host was killed, and its clips with it", 'red');
    } catch (error) {
      this.#say(`the run could not be summed up: ${String(error)}`, 'red');
    }
    await this.#writePage(result, summary);
    clearTimeout(patience);
    const lines = summaryLines(summary, this.#written?.data.totals);
    for (const { text, look } of lines) this.#say(text, look);
    this.#tellPage();
  }

  async onExit(): Promise<void> {
    const { data, page } = this.#written ?? {};
    if (data && page !== undefined)
      await this.#links
        ?.addToReport(data, page)
        .catch((error: unknown) => this.#say(`${messageOf(error)}. ${RESULTS_STAND}`, 'yellow'));
    for (const [line, look] of this.#lines.splice(0)) print(line, look);
    if (page !== undefined) await this.#tellPlace(page);
    await this.#waitForKept();
  }

  printsToStdio(): boolean {
    return false; // Playwright's own reporter shows the tests
  }

  async #tellPlace(page: string): Promise<void> {
    const place = relative(process.cwd(), page);
    if (await this.#page?.isThere()) print(`run page: ${place}`, 'cyan');
    else
      print(
        `no run page: another reporter has cleared ${place}. Name another folder as runPage.`,
        'yellow',
      );
  }

  /** The run waits for the sessions that stay open: Ctrl-C ends both. */
  async #waitForKept(): Promise<void> {
    const { kept = [] } = this.#summary ?? {};
    if (kept.length === 0) return;
    for (const it of kept) print(keptLine(it), 'cyan');
    print('the run waits for that. Ctrl-C ends it now.');
    await keptSessionsOver();
  }

  #say(line: string, look?: Look): void {
    this.#lines.push([line, look]);
  }

  async #writePage(result: FullResult, summary: RunSummary | undefined): Promise<void> {
    try {
      this.#written = await this.#page?.write(result, summary);
      this.#links?.link(this.#written);
    } catch (error) {
      this.#say(`no run page: ${messageOf(error)}. ${RESULTS_STAND}`, 'yellow');
    }
    if (!this.#written || !environment.isGitHub) return;
    try {
      await tellGitHub(this.#written.data);
    } catch (error) {
      this.#say(`GitHub has no summary: ${messageOf(error)}. ${RESULTS_STAND}`, 'yellow');
    }
  }

  /** What is missing of the page; that it is there is told when nobody can remove it any more. */
  #tellPage(): void {
    if (!this.#written) {
      if (isMerge() && this.#page?.isExpected === true) this.#say(NOTHING_MERGED, 'yellow');
      return;
    }
    const { failure, problems = [] } = this.#written;
    for (const problem of problems) this.#say(problem, 'yellow');
    if (failure !== undefined) this.#say(`no run page: ${failure}. ${RESULTS_STAND}`, 'yellow');
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

/** Whether the run may wait at its end: not after Ctrl-C, and not in UI mode and editors, where more runs follow in this process. */
function mayWait({ status }: FullResult): boolean {
  const hasMore = process.argv.some((arg) => arg.startsWith('--ui') || arg === 'test-server');
  return status !== 'interrupted' && !hasMore;
}

/** Whether reports of earlier runs are put together: then nothing runs. */
function isMerge(): boolean {
  return process.argv[2] === 'merge-reports'; // elsewhere it is a name of tests
}
