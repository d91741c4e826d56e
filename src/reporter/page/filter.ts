/** The filters and the order of the list of tests. */
import type { Outcome } from '../run/data';
import type { Test } from './model';

export interface Filter {
  /** Undefined for all. */
  outcome?: Outcome | undefined;
  words: string;
  /** Empty for all. */
  project: string;
  order: Order;
}

export type Order = 'worst' | 'time' | 'duration';

const RANK: Record<Outcome, number> = { unexpected: 0, flaky: 1, expected: 2, skipped: 3 };

const COMPARE: Record<Order, (a: Test, b: Test) => number> = {
  worst: (a, b) => RANK[a.outcome] - RANK[b.outcome] || a.atMs - b.atMs,
  time: (a, b) => a.atMs - b.atMs,
  duration: (a, b) => b.durationMs - a.durationMs,
};

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
