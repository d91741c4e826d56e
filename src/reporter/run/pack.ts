/**
 * The data of a large run in small pieces: an index, which a page reads at its start, and the details of its tests, which it reads when
 * a test is opened. All are compressed, and all are in the one file of the page.
 */
import { deflateRawSync } from 'node:zlib';
import type { AttemptData, AttemptDetails, PartData, RunData, TestData } from './data';
import { TESTS_OF_PART } from './part-size';

/** A packed run: each text is base64 of JSON that was compressed as raw deflate. */
export interface PackedRun {
  /** A {@link RunData} whose attempts lack their details. */
  index: string;
  /** {@link PartData} of {@link TESTS_OF_PART} tests each. */
  parts: string[];
}

/** Packs a run. */
export function packRun(data: RunData): PackedRun {
  const parts: string[] = [];
  for (let from = 0; from < data.tests.length; from += TESTS_OF_PART)
    parts.push(packed(partOf(data, data.tests.slice(from, from + TESTS_OF_PART))));
  return { index: packed(indexOf(data)), parts };
}

function indexOf(data: RunData): RunData {
  const texts = new TextTable(data.texts);
  const sessions = data.sessions.map((session) => ({
    ...session,
    source: texts.add(session.source),
  }));
  const tests = data.tests.map((test): TestData => ({
    ...test,
    titles: test.titles.map((title) => texts.add(title)),
    file: texts.add(test.file),
    project: texts.add(test.project),
    attempts: test.attempts.map(({ steps, errors, log, clip, trace, ...attempt }) => attempt),
  }));
  return { ...data, sessions, tests, texts: texts.all };
}

function partOf(data: RunData, tests: readonly TestData[]): PartData {
  const texts = new TextTable(data.texts);
  return {
    tests: tests.map(({ attempts }) => attempts.map((attempt) => detailsOf(attempt, texts))),
    texts: texts.all,
  };
}

function detailsOf(
  { steps, errors, log, clip, trace }: AttemptData,
  texts: TextTable,
): AttemptDetails {
  return {
    ...(steps && {
      steps: steps.map(([title, atMs, durationMs, depth, location, failed]) => [
        texts.add(title),
        atMs,
        durationMs,
        depth,
        texts.add(location),
        failed,
      ]),
    }),
    ...(errors && {
      errors: errors.map(({ location, ...error }) => ({
        ...error,
        ...(location !== undefined && { location: texts.add(location) }),
      })),
    }),
    ...(log && {
      log: log.map(([atMs, kind, text, url]) =>
        url === undefined
          ? [atMs, kind, texts.add(text)]
          : [atMs, kind, texts.add(text), texts.add(url)],
      ),
    }),
    ...(clip !== undefined && { clip }),
    ...(trace !== undefined && { trace }),
  };
}

/** The texts of one piece, of those of the run. The first one is empty here too. */
class TextTable {
  readonly all: string[] = [''];
  readonly #run: readonly string[];
  readonly #index = new Map<number, number>([[0, 0]]);

  constructor(run: readonly string[]) {
    this.#run = run;
  }

  /** The index in this table of a text of the run. */
  add(index: number): number {
    const known = this.#index.get(index);
    if (known !== undefined) return known;
    const added = this.all.push(this.#run[index] ?? '') - 1;
    this.#index.set(index, added);
    return added;
  }
}

function packed(value: unknown): string {
  return deflateRawSync(JSON.stringify(value)).toString('base64');
}
