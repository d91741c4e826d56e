/** Takes down the tests of a run as they end: what the run page needs of each, and no more, since a run may have thousands. */
import type { FullConfig, TestCase, TestResult } from '@playwright/test/reporter';
import { type SessionFacts, storyOf, type TestStory } from '../../story/test-story';
import type { AttemptData, LogData, RetryCause } from './data';
import { errorsOf, stepsOf } from './steps';
import { Texts } from './texts';

/** One attempt, with times since the epoch. */
export interface AttemptNotes extends Omit<AttemptData, 'session'> {
  sessionId?: string | undefined;
  /** Files beside the tests. */
  clipFile?: string | undefined;
  traceFile?: string | undefined;
  retry: number;
  /** What was wrong with it; undefined when it ended as expected. */
  cause?: RetryCause | undefined;
}

/** One test. */
export interface TestNotes {
  test: TestCase;
  attempts: AttemptNotes[];
}

/** Where the page shows an attempt. */
export interface AttemptPlace {
  /** By {@link attemptName}. */
  name: string;
  /** For names of files: short, since terminals print it. */
  file: string;
  /** What stands behind the `#` of the page's address. */
  hash: string;
  hasFailed: boolean;
}

/** A name for an attempt that is unique in its run. */
export function attemptName({ id }: Pick<TestCase, 'id'>, { retry }: { retry: number }): string {
  return `${id}-${retry}`;
}

/** What happened in a run, as far as test results tell. */
export class RunLog {
  readonly texts: Texts;
  readonly sessions = new Map<string, SessionFacts>();
  readonly tests = new Map<string, TestNotes>();

  constructor(config: Pick<FullConfig, 'rootDir'>, secrets: readonly string[]) {
    this.texts = new Texts(config.rootDir, secrets);
  }

  /** True once a test has run. */
  get hasRun(): boolean {
    return [...this.tests.values()].some(({ attempts }) => attempts.length > 0);
  }

  /** True once a test has used a session. */
  get hasSessions(): boolean {
    return this.sessions.size > 0;
  }

  /** Clips and traces, by a name for each that is unique in the run. */
  files(): Map<string, string> {
    const files = new Map<string, string>();
    for (const { test, attempts } of this.tests.values())
      for (const { retry, clipFile, traceFile } of attempts) {
        const name = attemptName(test, { retry });
        if (clipFile !== undefined) files.set(`${name}-clip`, clipFile);
        if (traceFile !== undefined) files.set(`${name}-trace`, traceFile);
      }
    return files;
  }

  /** Where the page shows each attempt that has used a session, as it stands behind its `#`. */
  places(): AttemptPlace[] {
    return [...this.tests.values()].flatMap(({ test, attempts }, index) => {
      const inOrder = [...attempts].sort((a, b) => a.retry - b.retry);
      return inOrder.flatMap(({ retry, sessionId, cause }, nth) =>
        sessionId === undefined
          ? []
          : {
              name: attemptName(test, { retry }),
              file: `test-${index + 1}-attempt-${nth + 1}`,
              hash: `test=${index}&attempt=${nth + 1}`,
              hasFailed: cause !== undefined,
            },
      );
    });
  }

  /** A test is to run. It stands in the page also when it does not get so far. */
  planned(test: TestCase): void {
    this.#notesOf(test);
  }

  /** An attempt has ended. */
  ended(test: TestCase, result: TestResult): void {
    const story = storyOf(result.attachments);
    if (story?.session) this.sessions.set(story.session.id, story.session);
    this.#notesOf(test).attempts.push(this.#attempt(test, result, story));
  }

  #notesOf(test: TestCase): TestNotes {
    const notes = this.tests.get(test.id) ?? { test, attempts: [] };
    this.tests.set(test.id, notes);
    return notes;
  }

  #attempt(test: TestCase, result: TestResult, story: TestStory | undefined): AttemptNotes {
    const { texts } = this;
    const fromMs = story?.fromMs ?? result.startTime.getTime();
    const durationMs = Math.max(0, Math.round(story ? story.toMs - fromMs : result.duration));
    const steps = stepsOf(result.steps, fromMs, texts);
    const isLost = story?.isLost === true;
    const errors = errorsOf(result, { fromMs, durationMs, isLost, texts });
    return {
      status: result.status,
      retry: result.retry,
      worker: result.workerIndex,
      atMs: fromMs,
      durationMs,
      ...(steps.length > 0 && { steps }),
      ...(errors.length > 0 && { errors }),
      ...(story && ofStory(story, texts)),
      clipFile: pathOf(result, 'video', 'video/'),
      traceFile: pathOf(result, 'trace', 'application/zip'),
      cause: causeOf(test, result, story),
    };
  }
}

/** What only the story of an attempt tells. */
function ofStory(
  { session, fromMs, waits, isLost, log }: TestStory,
  texts: Texts,
): Pick<AttemptNotes, 'sessionId' | 'waits' | 'isLost' | 'log'> {
  const lines = log.map(({ atMs, kind, text, url }): LogData => {
    const at = Math.max(0, atMs - fromMs);
    return url === undefined
      ? [at, kind, texts.add(text)]
      : [at, kind, texts.add(text), texts.add(url)];
  });
  return {
    sessionId: session?.id,
    ...(waits.length > 0 && { waits: lengths(waits) }),
    ...(isLost && { isLost }),
    ...(lines.length > 0 && { log: lines }),
  };
}

function lengths(waits: TestStory['waits']): [number, number][] {
  return waits.map(([fromMs, toMs]) => [fromMs, toMs - fromMs]);
}

/** The file of an attachment: suites may have others of the same name. */
function pathOf({ attachments }: TestResult, name: string, type: string): string | undefined {
  return attachments.find((it) => it.name === name && it.contentType.startsWith(type))?.path;
}

function causeOf(
  test: TestCase,
  { status }: TestResult,
  story: TestStory | undefined,
): RetryCause | undefined {
  if (status === test.expectedStatus || status === 'skipped') return undefined;
  if (story && !story.session) return 'no session';
  if (story?.isLost === true) return 'session died';
  if (status === 'timedOut') return 'timed out';
  return status === 'interrupted' ? 'interrupted' : 'failed';
}
