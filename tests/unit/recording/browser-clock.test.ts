/** Frame times on our clock, whatever the browser's own clock says. */
import { describe, expect, it } from 'vitest';
import { BrowserClock } from '../../../src/recording/session-recorder';

const NOW = 1_700_000_000_000;

describe('BrowserClock', () => {
  it("takes a local browser's times as they are", () => {
    const clock = new BrowserClock();
    expect(clock.toLocalMs((NOW - 20) / 1000, NOW)).toBeCloseTo(NOW - 20, 0);
    expect(clock.toLocalMs((NOW + 70) / 1000, NOW + 100)).toBeCloseTo(NOW + 70, 0);
  });

  it.each([
    ['behind', -60_000],
    ['ahead', 5_000],
  ])('corrects a clock that is %s', (_where, offsetMs) => {
    const clock = new BrowserClock();
    expect(clock.toLocalMs((NOW + offsetMs) / 1000, NOW + 30)).toBeCloseTo(NOW + 30, 0);
    expect(clock.toLocalMs((NOW + 1000 + offsetMs) / 1000, NOW + 1200)).toBeCloseTo(NOW + 1030, 0);
  });

  it('never puts a frame after its arrival, and takes the arrival where there is no time', () => {
    const clock = new BrowserClock();
    expect(clock.toLocalMs((NOW + 3) / 1000, NOW)).toBeLessThanOrEqual(NOW);
    expect(clock.toLocalMs(undefined, NOW)).toBe(NOW);
  });
});
