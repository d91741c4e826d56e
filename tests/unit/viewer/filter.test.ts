/** Which sessions of the wall are wanted. */
import { expect, test } from 'vitest';
import type { WallSession } from '../../../src/contract/viewer';
import { filterWall, type WallFilter } from '../../../src/viewer/wall/filter';

function session(id: string, rest: Partial<WallSession>): WallSession {
  return {
    id,
    status: 'active',
    reason: null,
    createdMs: 0,
    endedMs: null,
    test: null,
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
  expect(filterWall(wall, filter, search).map(({ id }) => id)).toEqual(ids);
});
