/** Names on the wire and in TypeScript, and the name that was probably meant. */
import { describe, expect, it } from 'vitest';
import { camelize, nearestName, snakify, toCamelCase } from '../../../src/contract/naming';

describe('names', () => {
  it('change between the wire and TypeScript, one level deep, without what is not set', () => {
    const wire = { session_id: 'a', idle_timeout_minutes: 3, h264_level: 1, headless: false };
    const ours = { sessionId: 'a', idleTimeoutMinutes: 3, h264Level: 1, headless: false };
    expect(camelize(wire)).toEqual(ours);
    expect(snakify({ sessionId: 'a', idleTimeoutMinutes: 3, headless: false })).toEqual({
      session_id: 'a',
      idle_timeout_minutes: 3,
      headless: false,
    });
    const inner = { not_renamed: { norThis: 1 } };
    expect(camelize({ some_thing: inner, left_out: undefined })).toEqual({ someThing: inner });
    expect(Object.keys(snakify({ leftOut: undefined, kept: null }))).toEqual(['kept']);
  });

  it('may end with a number', () => {
    expect(toCamelCase('page_2_of_10')).toBe('page2Of10');
  });
});

describe('the nearest name', () => {
  const find = (name: string, ...names: string[]) => nearestName(name, names);

  it.each([
    ['headlss', 'headless'], // a letter is missing
    ['headlesss', 'headless'], // one too many
    ['haedless', 'headless'], // two changed places
    ['HEADLESS', 'headless'],
    ['adless', 'headless'],
    ['headlessxx', 'headless'],
  ])('to %s is %s', (name, nearest) => {
    expect(find(name, 'proxies', nearest, 'backend')).toBe(nearest);
    expect(find(name, 'proxies', nearest.toUpperCase())).toBe(nearest.toUpperCase());
  });

  it('differs in two letters, in long names in a third of them, and no more', () => {
    expect(find('abcd', 'abxy')).toBe('abxy');
    expect(find('abcd', 'axyz')).toBeUndefined();
    expect(find('a', 'bcd')).toBeUndefined();
    expect(find('abcdefghi', 'abcdefxyz')).toBe('abcdefxyz');
    expect(find('abcdefghi', 'abcdewxyz')).toBeUndefined();
    expect(find('abcdefghijkl', 'abcdefghwxyz')).toBe('abcdefghwxyz');
    expect(find('abcdefghijkl', 'abcdefgvwxyz')).toBeUndefined();
  });

  it('is the one with the fewest differences, and of several the first', () => {
    expect(find('viewports', 'viewpoint', 'viewport')).toBe('viewport');
    expect(find('abcd', 'abcx', 'abcy')).toBe('abcx');
    expect(find('abcd', 'abxx', 'abcx', 'axxx')).toBe('abcx');
  });

  it('is the current name of an option for its old one', () => {
    expect(find('browserType', 'type', 'channel')).toBe('channel');
    expect(find('retention-hours', 'retention')).toBe('retention');
    expect(find('toString', 'channel')).toBeUndefined();
  });

  it('goes on where a name of four letters or more ends', () => {
    expect(find('idle', 'proxies', 'idleTimeout')).toBe('idleTimeout');
    expect(find('IDLE', 'idleTimeout')).toBe('idleTimeout');
    expect(find('idle', 'IDLETimeoutMinutes')).toBe('IDLETimeoutMinutes');
    expect(find('idl', 'idleTimeout')).toBeUndefined();
    expect(find('Minutes', 'idleTimeout')).toBeUndefined();
  });

  it('is found at once for a name of any length', () => {
    const sinceMs = performance.now();
    expect(find('x'.repeat(1_000_000), 'headless')).toBeUndefined();
    expect(performance.now() - sinceMs).toBeLessThan(1_000);
  });
});
