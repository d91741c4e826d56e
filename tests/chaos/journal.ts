/** What the tests of a round wrote down while they ran: one line as each begins, and one as it ends, if it comes so far. */
import { existsSync, readFileSync } from 'node:fs';

/** One attempt of one test. Times are those of this machine's clock, in milliseconds. */
export interface Attempt {
  title: string;
  retry: number;
  /** Process of its worker, and that worker's number in the run. */
  worker: number;
  workerIndex: number;
  session: string;
  /** Process of its browser, and of every page there. */
  browser: number;
  renderers: number[];
  /** When its first line ran. */
  beganAt: number;
  /** When its last line had run; undefined before that, and for one whose worker was killed. */
  endedAt?: number | undefined;
}

type Line = { what: 'began' | 'ended'; at: number } & Attempt;

/** The attempts so far, in the order in which they began. A line that is just being written is left for the next look. */
export function readJournal(file: string): Attempt[] {
  if (!existsSync(file)) return [];
  const attempts = new Map<string, Attempt>();
  for (const text of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const { what, at, ...line } = JSON.parse(text) as Line;
    const key = nameOf(line);
    if (what === 'began') attempts.set(key, { ...line, beganAt: at });
    const attempt = attempts.get(key);
    if (what === 'ended' && attempt) attempt.endedAt = at;
  }
  return [...attempts.values()];
}

/** Names an attempt. */
export function nameOf({ title, retry }: Pick<Attempt, 'title' | 'retry'>): string {
  return `${title}, try ${retry + 1}`;
}

/** Those that run. */
export function running(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(
    ({ endedAt, worker }, n) =>
      endedAt === undefined && !attempts.slice(n + 1).some((later) => later.worker === worker),
  );
}
