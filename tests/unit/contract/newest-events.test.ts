/** What a full list of events keeps. */
import { expect, test } from 'vitest';
import { newestEvents } from '../../../src/contract/newest-events';
import type { ViewedEvent } from '../../../src/contract/viewer';

const event = (title: string, kind: ViewedEvent['kind'], level: ViewedEvent['level'] = 'info') => ({
  ...{ kind, level, title, atMs: null, detail: '' },
});
const titles = (events: readonly ViewedEvent[]): string =>
  events.map(({ title }) => title).join('');

test('of a full list requests that went well leave first, then whatever is oldest', () => {
  const events = [
    event('a', 'step'),
    event('b', 'request'),
    event('c', 'request', 'error'),
    event('d', 'request'),
    event('e', 'console'),
    event('f', 'request'),
  ];
  expect(titles(newestEvents(events, 6))).toBe('abcdef');
  expect(titles(newestEvents(events, 5))).toBe('acdef');
  expect(titles(newestEvents(events, 4))).toBe('acef');
  expect(titles(newestEvents(events, 3))).toBe('ace');
  expect(titles(newestEvents(events, 2))).toBe('ce');
});
