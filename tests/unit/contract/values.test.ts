import { describe, expect, it } from 'vitest';

import {
  coerceNumber,
  datetime,
  duration,
  formatDuration,
  looseBoolean,
  looseInteger,
  looseNumber,
  parseDuration,
  positiveInteger,
} from '../../../src/contract/values';

describe('durations', () => {
  it.each([
    [0, 'PT0S'],
    [41_286, 'PT41.286S'],
    [62_500, 'PT1M2.5S'],
    [90_000_000, 'P1DT1H'],
    [86_400_000, 'P1D'],
    [7, 'PT0.007S'],
    [-5, 'PT0S'],
    [2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5_006, 'P2DT3H4M5.006S'],
    [3_600_000, 'PT1H'],
    [86_460_000, 'P1DT1M'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(Math.max(0, ms));
  });

  it.each([
    ['00:01:30', 90_000],
    ['1 day, 00:00:01', 86_401_000],
    ['12 days, 3:04:05.5', 12 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5_500],
    ['100:00:00', 360_000_000],
    ['00:00:01.25', 1_250],
    ['P10DT20H30M40.25S', 10 * 86_400_000 + 20 * 3_600_000 + 30 * 60_000 + 40_250],
    ['PT90M', 5_400_000],
    ['PT41.286072S', 41_286.072],
  ])('%s is read too', (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 3);
  });

  it.each([
    '',
    'P',
    'soon',
    '1:2',
    'xPT1S',
    'PT1Sx',
    'PT1.S',
    'PTS',
    'P1H',
    '1:2:03',
    '01:02:3',
    '1x, 00:00:01',
    '1 day 00:00:01',
    'x00:01:30',
    '00:01:30x',
    '1:02:03.',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNaN();
  });
});

describe('durations in answers', () => {
  it('are ISO 8601 when written, and seconds, ISO 8601 or a clock when read', () => {
    expect(duration.encode(62_500)).toBe('PT1M2.5S');
    expect([1.5, 'PT1.5S', '00:00:01.5'].map((it) => duration.parse(it))).toEqual(
      Array(3).fill(1_500),
    );
    expect(duration.safeParse('soon').error?.issues[0]?.message).toBe(
      'Invalid input: expected a duration such as PT1M2.5S',
    );
  });
});

describe('datetimes', () => {
  const at = new Date('2026-01-02T03:04:05.678Z');

  it('are RFC 3339 in UTC when written', () => {
    expect(datetime.encode(at)).toBe('2026-01-02T03:04:05.678Z');
  });

  it.each([
    '2026-01-02T03:04:05.678Z',
    '2026-01-02T03:04:05.678z',
    '2026-01-02T03:04:05.678',
    '2026-01-02T03:04:05.678+00:00',
    '2026-01-02T04:34:05.678+01:30',
    '2026-01-02T00:04:05.678-0300',
  ])('%s is that time', (text) => {
    expect(datetime.decode(text)).toEqual(at);
  });

  it('that are none are refused', () => {
    for (const wrong of ['soon', '', '2026-13-01T00:00:00Z', 5, null])
      expect(datetime.safeParse(wrong).success).toBe(false);
  });
});

describe('flags', () => {
  it.each(['true', 'True', 'TRUE', '1', 1, 'yes', 'y', 'on', 't', 'T', true])(
    '%j is true',
    (it) => {
      expect(looseBoolean.parse(it)).toBe(true);
    },
  );
  it.each(['false', 'False', '0', 0, 'no', 'n', 'off', 'f', 'F', false])('%j is false', (it) => {
    expect(looseBoolean.parse(it)).toBe(false);
  });
  it.each(['', 'maybe', 2, null, undefined, [], ['true'], {}])('%j is neither', (it) => {
    expect(looseBoolean.safeParse(it).success).toBe(false);
  });
});

describe('numbers', () => {
  it.each([
    ['12', 12],
    [' -12 ', -12],
    ['+3', 3],
    ['1.25', 1.25],
    ['  10  ', 10],
    [7, 7],
  ])('%j is %d', (given, number) => {
    expect(looseNumber.parse(given)).toBe(number);
  });

  it.each(['', ' ', '1e3', '0x10', '1.', '.5', '1 2', 'a1', '1a', '--1', null, true, ['1']])(
    '%j is none, and stays as it is',
    (given) => {
      expect(coerceNumber(given)).toBe(given);
      expect(looseNumber.safeParse(given).success).toBe(false);
    },
  );

  it('are whole where they must be', () => {
    expect(looseInteger.parse('-3')).toBe(-3);
    for (const given of [1.5, '1.5', 2 ** 53, 'x'])
      expect(looseInteger.safeParse(given).success).toBe(false);
  });

  it('lie in their range, both ends included', () => {
    const minutes = positiveInteger(30);
    expect([1, 30, '1', '30'].map((it) => minutes.parse(it))).toEqual([1, 30, 1, 30]);
    for (const given of [0, 31, -1, 1.5, '0', '31', null])
      expect(minutes.safeParse(given).success).toBe(false);
  });
});
