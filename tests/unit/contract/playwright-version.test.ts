/** Which Playwright may speak with which. */
import { describe, expect, it } from 'vitest';
import { playwrightVersionsFit } from '../../../src/contract/playwright-version';

describe('versions of Playwright', () => {
  it.each([
    ['1.61.0', '1.61.0'],
    ['1.61.0', '1.61.2'],
    ['1.61.10', '1.61.9'],
    ['1.62.0-alpha-2026-11-01', '1.62.0-alpha-2026-11-01'],
    ['next', 'next'],
  ])('%s fits %s', (one, other) => {
    expect(playwrightVersionsFit(one, other)).toBe(true);
    expect(playwrightVersionsFit(other, one)).toBe(true);
  });

  it.each([
    ['1.61.0', '1.60.0'],
    ['1.61.0', '2.61.0'],
    ['1.6.1', '1.61.0'],
    ['11.61.0', '1.61.0'],
    ['1.62.0', '1.62.0-alpha-2026-11-01'],
    ['1.62.0-alpha-2026-11-01', '1.62.0-alpha-2026-11-02'],
    ['v1.61.0', 'v1.61.1'],
    ['1.61', '1.61.0'],
    ['next', '1.61.0'],
    ['next', 'latest'],
    ['', '1.61.0'],
  ])('%s does not fit %s', (one, other) => {
    expect(playwrightVersionsFit(one, other)).toBe(false);
    expect(playwrightVersionsFit(other, one)).toBe(false);
  });
});
