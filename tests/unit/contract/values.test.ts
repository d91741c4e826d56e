import { describe, expect, it } from 'vitest';

import { nearestName } from '../../../src/contract/naming';
import { formatDuration, parseDuration } from '../../../src/contract/values';

describe('durations', () => {
  it.each([
    [0, 'PT0S'],
    [41_286, 'PT41.286S'],
    [62_500, 'PT1M2.5S'],
    [90_000_000, 'P1DT1H'],
    [86_400_000, 'P1D'],
    [7, 'PT0.007S'],
    [-5, 'PT0S'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(Math.max(0, ms));
  });

  it.each([
    ['00:01:30', 90_000],
    ['1 day, 00:00:01', 86_401_000],
    ['PT41.286072S', 41_286.072],
  ])('%s is read too', (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 3);
  });

  it.each(['', 'P', 'soon', '1:2'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeNaN();
  });
});

describe('nearest name', () => {
  const names = ['idleTimeoutMinutes', 'headless', 'viewport'];
  it.each([
    ['idleTimeoutMinute', 'idleTimeoutMinutes'],
    ['headles', 'headless'],
    ['idleTimeout', 'idleTimeoutMinutes'],
    ['Viewport', 'viewport'],
    ['cookieFile', undefined],
  ])('%s is nearest to %s', (name, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });
});
