/** Selects the events to keep in a full list. */
import type { ViewedEvent } from './viewer';

/**
 * Returns the newest events up to the limit. Drops successful requests first: a polling page would displace everything else.
 */
export function newestEvents<E extends ViewedEvent>(events: readonly E[], most: number): E[] {
  let excess = events.length - most;
  const kept = events.filter((event) => {
    const isLeftOut = excess > 0 && event.kind === 'request' && event.level === 'info';
    if (isLeftOut) excess -= 1;
    return !isLeftOut;
  });
  return kept.slice(-most);
}
