/** Which events a list keeps that is full. */
import type { ViewedEvent } from './viewer';

/**
 * The newest ones, at most so many. Requests that went well are left out first: a page that asks for something ten times a second would
 * push out all else.
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
