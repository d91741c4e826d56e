/** Which tests ran in a session, and when: the chapters of its film. Told by whoever runs them; written down as they end. */
import { appendFile, readFile } from 'node:fs/promises';
import * as z from 'zod';
import { parseJson } from '../../base/json';
import { Queue } from '../../base/queue';
import type { TestBegins, TestEnds, TestRun } from '../../contract/test-notes';
import type { ViewedTest } from '../../contract/viewer';

/** Tests that are told of, the newest ones: a session that is used for a day must not fill the memory. */
const MAX_TOLD = 2_000;
/** Longest title, in characters. */
const MAX_TITLE = 500;
/** Longest name of a run, in characters. */
const MAX_NAME = 100;

/** A test, and the run that it belongs to, where that is known. */
export interface SessionTest extends ViewedTest {
  run?: TestRun | undefined;
}

const testSchema = z.object({
  title: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  outcome: z.enum(['passed', 'failed', 'skipped']),
  worker: z.int().optional(),
  run: z.object({ id: z.string(), name: z.string().optional() }).optional(),
});

/** The tests of one session. */
export class SessionTests {
  readonly #file: string;
  readonly #writing = new Queue();
  readonly #tests: SessionTest[] = [];
  readonly #listeners = new Set<() => void>();

  /** @param file is made with the first test that ends */
  constructor(file: string) {
    this.#file = file;
  }

  /** The newest ones, oldest first. */
  get all(): readonly SessionTest[] {
    return this.#tests;
  }

  /** A test begins; one that still runs has ended, nobody knows how. */
  begin({ title, atMs: startMs = Date.now(), worker, run }: TestBegins): void {
    this.end({ outcome: 'skipped', atMs: startMs });
    this.#tests.push({
      title: title.slice(0, MAX_TITLE),
      startMs,
      endMs: null,
      outcome: 'running',
      ...(worker !== undefined && { worker }),
      ...(run && { run: { ...run, name: run.name?.slice(0, MAX_NAME) } }),
    });
    if (this.#tests.length > MAX_TOLD) this.#tests.shift();
    this.#tell();
  }

  /** The test that runs has ended. Does nothing when none runs. */
  end({ outcome, atMs = Date.now() }: TestEnds): void {
    const test = this.#tests.at(-1);
    if (test?.outcome !== 'running') return;
    Object.assign(test, { endMs: Math.max(atMs, test.startMs), outcome });
    const line = `${JSON.stringify(test)}\n`;
    this.#writing.run(async () => appendFile(this.#file, line, { mode: 0o600 })).catch(() => {}); // a full disk fails no test
    this.#tell();
  }

  /** Calls back at each change. Returns the function that ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything so far is written. */
  async flushed(): Promise<void> {
    await this.#writing.drained();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The tests in a file, oldest first. A line that is not whole is left out. */
export async function readTests(file: string): Promise<SessionTest[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .flatMap((line) => testSchema.safeParse(parseJson(line)).data ?? [])
    .slice(-MAX_TOLD);
}
