/** Types of soak-samples.mjs, for its tests. */

/** What a process held at one moment. */
export interface Sample {
  /** Tests that were done by then. */
  done: number;
  kind: 'host' | 'worker';
  rssBytes: number;
  fds: number;
}

/** What a process held when its garbage was collected. */
export interface Look {
  kind: 'host' | 'worker';
  heldBytes: number;
  /** The memory that it had then. */
  rssBytes: number;
}

/** What the processes of a kind held. */
export interface SoakFigures {
  /** At the first look and at the last. */
  held_mb: number[];
  /** As a share of the memory that they had at the first. */
  growth: number;
  /** The most that one had in the first and in the last third of the tests, garbage included. */
  peak_mb: number[];
  fds: number[];
  fd_growth: number;
}

export function figuresOf(
  seen: { all: readonly Sample[]; first: readonly Look[]; last: readonly Look[] },
  range: { fromTest: number; tests: number },
): Record<'host' | 'worker', SoakFigures>;
