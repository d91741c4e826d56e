/** The three-way merge: what a test changed wins, what it did not touch never undoes another's work. */
import { describe, expect, test } from 'vitest';
import type { Cookie } from '../../../src/contract/cookies';
import { changedCookies, mergeCookies, withoutExpired } from '../../../src/cookies/merge';

const IN_A_DAY = Math.ceil(Date.now() / 1000) + 86_400;
const cookie = (name: string, value: string, more: Partial<Cookie> = {}): Cookie => ({
  name,
  value,
  domain: 'example.com',
  path: '/',
  httpOnly: false,
  ...more,
});
const values = (cookies: Cookie[]) =>
  cookies.map(({ name, value }) => `${name}=${value}`).join(' ');

describe('merging', () => {
  test.each<[string, { file: Cookie[]; loaded: Cookie[]; current: Cookie[] }, string, number]>([
    [
      'a new cookie is added last',
      {
        file: [cookie('a', '1')],
        loaded: [cookie('a', '1')],
        current: [cookie('b', '2'), cookie('a', '1')],
      },
      'a=1 b=2',
      1,
    ],
    [
      'a changed cookie wins',
      {
        file: [cookie('a', '1'), cookie('b', '1')],
        loaded: [cookie('a', '1')],
        current: [cookie('a', '2')],
      },
      'a=2 b=1',
      1,
    ],
    [
      'an untouched cookie does not undo what another has saved',
      { file: [cookie('a', 'new')], loaded: [cookie('a', 'old')], current: [cookie('a', 'old')] },
      'a=new',
      0,
    ],
    [
      'an untouched cookie comes back when the file has lost it',
      { file: [], loaded: [cookie('a', '1')], current: [cookie('a', '1'), cookie('b', '1')] },
      'a=1 b=1',
      2,
    ],
    [
      'a cookie that the test deleted stays',
      { file: [cookie('a', '1')], loaded: [cookie('a', '1')], current: [] },
      'a=1',
      0,
    ],
    [
      'both changed: the last one to save wins',
      {
        file: [cookie('a', 'theirs')],
        loaded: [cookie('a', 'old')],
        current: [cookie('a', 'mine')],
      },
      'a=mine',
      1,
    ],
    [
      'both changed alike: nothing to save',
      { file: [cookie('a', 'same')], loaded: [cookie('a', 'old')], current: [cookie('a', 'same')] },
      'a=same',
      0,
    ],
    [
      'duplicates in the file become one, the last',
      { file: [cookie('a', '1'), cookie('a', '2')], loaded: [], current: [cookie('b', '1')] },
      'a=2 b=1',
      1,
    ],
    [
      'expired ones are dropped',
      {
        file: [cookie('a', '1', { expires: 5 }), cookie('b', '1', { expirationDate: 5 })],
        loaded: [],
        current: [cookie('c', '1', { expires: 9 }), cookie('d', '1')],
      },
      'd=1',
      1,
    ],
  ])('%s', (_, { file, loaded, current }, expected, saved) => {
    const merged = mergeCookies(file, { loaded, current });
    expect(values(merged.cookies)).toBe(expected);
    expect(merged.saved).toBe(saved);
  });

  test('an empty partition is none', () => {
    const [none, empty] = [cookie('a', '1'), cookie('a', '1', { partitionKey: '' })];
    expect(changedCookies({ loaded: [none], current: [empty] })).toEqual([]);
  });

  test('name, domain, path and partition tell cookies apart; the case of a domain does not', () => {
    const current = [
      cookie('a', '1'),
      cookie('a', '2', { path: '/x' }),
      cookie('a', '3', { domain: '.example.com' }),
      cookie('a', '4', { partitionKey: 'https://top.example.com' }),
      cookie('a', '5', { domain: 'EXAMPLE.com' }),
      cookie('a', '6', { partitionKey: 'https://top.example.com', hasCrossSiteAncestor: false }),
      cookie('a', '7', { partitionKey: 'https://top.example.com', hasCrossSiteAncestor: true }), // the default
      cookie('a', '8', { path: '/x', hasCrossSiteAncestor: false }), // not partitioned
    ];
    expect(values(mergeCookies([], { loaded: [], current }).cookies)).toBe('a=5 a=8 a=3 a=7 a=6');
  });
});

describe('what counts as changed', () => {
  const loaded = cookie('a', '1', { expires: IN_A_DAY });

  test.each<[string, Partial<Cookie>, boolean]>([
    ['nothing', {}, false],
    [
      'defaults written out',
      { secure: false, sameSite: 'Lax', hostOnly: true, expirationDate: IN_A_DAY },
      false,
    ],
    ['an expiry that the browser rounded', { expires: IN_A_DAY + 0.4 }, false],
    ['a renewed expiry', { expires: IN_A_DAY + 60 }, true],
    ['a value', { value: '2' }, true],
    ['a flag', { secure: true }, true],
    ['another flag', { httpOnly: true }, true],
    ['the rule for other sites', { sameSite: 'Strict' }, true],
    ['an expiry that was taken away', { expires: -1 }, true],
    ['an expiry that moved by a second, which is rounding', { expires: IN_A_DAY + 1 }, false],
  ])('%s', (_, change, isChanged) => {
    expect(changedCookies({ loaded: [loaded], current: [{ ...loaded, ...change }] })).toHaveLength(
      isChanged ? 1 : 0,
    );
  });

  test('an expiry that was given to a cookie without one', () => {
    const [before, after] = [cookie('a', '1'), cookie('a', '1', { expires: IN_A_DAY })];
    expect(changedCookies({ loaded: [before], current: [after] })).toEqual([after]);
  });

  test('a rule for other sites that was taken back to the default', () => {
    const [before, after] = [cookie('a', '1', { sameSite: 'None' }), cookie('a', '1')];
    expect(changedCookies({ loaded: [before], current: [after] })).toEqual([after]);
    expect(changedCookies({ loaded: [after], current: [before] })).toEqual([before]);
  });

  test('an expiry that the browser cut to 400 days', () => {
    const inYears = cookie('a', '1', { expires: Date.now() / 1000 + 10 * 365 * 86_400 });
    expect(
      changedCookies({
        loaded: [inYears],
        current: [{ ...inYears, expires: Date.now() / 1000 + 400 * 86_400 }],
      }),
    ).toEqual([]);
  });
});

test('a cookie lives until its second, and not in it', () => {
  const expiring = [cookie('a', '1', { expires: 100 })];
  expect(withoutExpired(expiring, 99_999)).toEqual(expiring);
  expect(withoutExpired(expiring, 100_000)).toEqual([]);
});

test('a cookie without a time is kept, whatever "without" looks like', () => {
  const kept = [
    cookie('a', '1'),
    cookie('b', '1', { expires: -1 }),
    cookie('c', '1', { expires: 0 }),
    cookie('d', '1', { expires: IN_A_DAY }),
  ];
  expect(withoutExpired([...kept, cookie('e', '1', { expires: 1 })])).toEqual(kept);
});
