/** Which tests are listed, and in which order. */
import type { Outcome } from '../run/data';
import type { Test } from './model';

/** What the reader wants to see. */
export interface Filter {
  /** Undefined: all of them. */
  outcome?: Outcome | undefined;
  words: string;
  /** Empty: all of them. */
  project: string;
  order: Order;
}

/** What failed first, or as they ran, or the slowest first. */
export type Order = 'worst' | 'time' | 'duration';

const RANK: Record<Outcome, number> = { unexpected: 0, flaky: 1, expected: 2, skipped: 3 };

const COMPARE: Record<Order, (a: Test, b: Test) => number> = {
  worst: (a, b) => RANK[a.outcome] - RANK[b.outcome] || a.atMs - b.atMs,
  time: (a, b) => a.atMs - b.atMs,
  duration: (a, b) => b.durationMs - a.durationMs,
};

/** The tests that fit. */
export function filtered(
  tests: readonly Test[],
  { outcome, words, project, order }: Filter,
): Test[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return tests
    .filter(
      (test) =>
        (outcome === undefined || test.outcome === outcome) &&
        (project === '' || test.project === project) &&
        wanted.every((word) => test.searched.includes(word)),
    )
    .sort(COMPARE[order]);
}
