/** Records the longest synchronous work of this process, for the log message about a blocked event loop. */

let longest = { label: '', ms: 0 };

/** Runs synchronous work and measures it, which costs about 100 ns. The label must not contain values. */
export function doWork<T>(label: string, work: () => T): T {
  const startMs = performance.now();
  try {
    return work();
  } finally {
    const ms = performance.now() - startMs;
    if (ms > longest.ms) longest = { label, ms };
  }
}

/** Returns the longest work since the last call. */
export function takeLongest(): { label: string; ms: number } {
  const taken = longest;
  longest = { label: '', ms: 0 };
  return taken;
}
