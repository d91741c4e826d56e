/** Which sessions of the wall are wanted. */
import { expect, test } from 'vitest';
import type { WallSession } from '../../../src/contract/viewer';
import { filterWall, runsOf, type WallFilter } from '../../../src/viewer/wall/filter';

function session(id: string, rest: Partial<WallSession>): WallSession {
  return {
    id,
    status: 'active',
    reason: null,
    createdMs: 0,
    endedMs: null,
    test: null,
    run: null,
    testsDone: 0,
    testsFailed: 0,
    viewerPath: '',
    tab: null,
    wasRecorded: false,
    ...rest,
  };
}

const wall = [
  session('a1', { tab: { id: 't', title: 'Cart', url: 'https://shop.test/cart' } }),
  session('b2', {
    test: { title: 'Pays by Card', startMs: 0, endMs: null, outcome: 'running' },
    testsFailed: 1,
  }),
  session('c3', { status: 'closed' }),
  session('d4', { status: 'error' }),
  session('e5', { status: 'timed_out' }),
];

test.each<[WallFilter, string, string[]]>([
  ['all', '', ['a1', 'b2', 'c3', 'd4', 'e5']],
  ['running', '', ['a1', 'b2']],
  ['ended', '', ['c3', 'd4', 'e5']],
  ['failed', '', ['b2', 'd4', 'e5']],
  ['all', ' card ', ['b2']],
  ['all', 'SHOP.test', ['a1']],
  ['all', 'cart', ['a1']],
  ['ended', 'd4', ['d4']],
  ['running', 'd4', []],
])('%s with "%s"', (filter, search, ids) => {
  expect(filterWall(wall, { run: undefined, filter, search }).map(({ id }) => id)).toEqual(ids);
});

const night = { id: 'r1', name: 'shop #41' };
const day = { id: 'r2', name: 'shop #42' };
const ofRuns = [
  session('a1', { createdMs: 50, run: night }),
  session('b2', { createdMs: 40, run: day, status: 'closed' }),
  session('c3', { createdMs: 30 }),
  session('d4', { createdMs: 20, run: day }),
  session('e5', { createdMs: 10, run: { id: 'r3', name: '' } }),
];

test('those of one run, beside the other filters', () => {
  const ids = (run: string, filter: WallFilter = 'all'): string[] =>
    filterWall(ofRuns, { run, filter, search: '' }).map(({ id }) => id);
  expect(ids('r2')).toEqual(['b2', 'd4']);
  expect(ids('r2', 'running')).toEqual(['d4']);
  expect(ids('gone')).toEqual([]);
});

test('runs are told by their first session, the newest first, and by their id where they have no name', () => {
  expect(runsOf(ofRuns)).toEqual([
    { ...night, sinceMs: 50 },
    { ...day, sinceMs: 20 },
    { id: 'r3', name: 'r3', sinceMs: 10 },
  ]);
  expect(runsOf([])).toEqual([]);
});
