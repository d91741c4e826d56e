/** Types of soak-samples.mjs, for its tests. */

/** What a process held at one moment. */
export interface Sample {
  /** Tests that were done by then. */
  done: number;
  kind: 'host' | 'worker';
  rssBytes: number;
  fds: number;
}

/** What the processes of a kind held in the first and in the last third of the tests. */
export interface SoakFigures {
  /** When what can be collected is. */
  rss_mb: number[];
  rss_growth: number;
  peak_mb: number[];
  fds: number[];
  fd_growth: number;
}

export function figuresOf(
  samples: { all: readonly Sample[] },
  range: { fromTest: number; tests: number },
): Record<'host' | 'worker', SoakFigures>;
