/** The order of what happened in a session. */
import type { ViewedEvent } from '../../contract/viewer';

/** Others between steps, by time. A step without one stays behind the step before it. */
export function inOrder(
  steps: readonly ViewedEvent[],
  others: readonly ViewedEvent[],
): ViewedEvent[] {
  let lastMs = -Infinity;
  const placed = [
    ...steps.map((event) => ({ event, atMs: (lastMs = event.atMs ?? lastMs) })),
    ...others.map((event) => ({ event, atMs: event.atMs ?? Infinity })),
  ];
  return placed
    .sort((one, other) => (one.atMs === other.atMs ? 0 : one.atMs - other.atMs))
    .map(({ event }) => event);
}
