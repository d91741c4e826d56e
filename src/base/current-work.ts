/** What this process is doing, in words without values: for the log line that says what has blocked it. Costs some 100 ns for each piece of work. */

const inProgress = new Map<symbol, string>();

/** The longest piece of work without a pause since {@link takeLongest} was called. */
let longest = { label: '', ms: 0 };

/** Marks work that has pauses, such as the answer to a request. Returns the function that marks its end. */
export function beginWork(label: string): () => void {
  const id = Symbol(label);
  inProgress.set(id, label);
  return () => inProgress.delete(id);
}

/** Does work that has no pause. */
export function doWork<T>(label: string, work: () => T): T {
  const beganMs = performance.now();
  try {
    return work();
  } finally {
    const ms = performance.now() - beganMs;
    if (ms > longest.ms) longest = { label, ms };
  }
}

/** The longest piece of work without a pause since the last call. */
export function takeLongest(): { label: string; ms: number } {
  const taken = longest;
  longest = { label: '', ms: 0 };
  return taken;
}

/** What is in progress, each label with how often. */
export function workInProgress(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const label of inProgress.values()) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
