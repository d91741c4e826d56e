import { describe, expect, it } from 'vitest';
import { countRun, minors, sum } from '../../../scripts/lib/matrix.mjs';

describe('minors', () => {
  it('compares by number, takes the newest of each minor, and leaves pre-releases out', () => {
    expect(
      minors(['1.9.0', '1.60.0', '1.9.2', '1.100.0-alpha-1', '1.65.1', '1.62.10', '1.62.9']),
    ).toEqual(['1.9.0', '1.60.0', '1.62.10', '1.65.1']);
  });

  it('is one version where the range has one', () => {
    expect(minors('1.60.0')).toEqual(['1.60.0']);
  });
});

describe('countRun', () => {
  const report = { stats: { expected: 3, flaky: 0, unexpected: 0, skipped: 0 } };

  it('counts tests', () => {
    expect(countRun({ code: 0, output: '', report })).toEqual({
      passed: 3,
      failed: 0,
      problem: undefined,
    });
    expect(
      countRun({
        code: 1,
        output: '',
        report: { stats: { expected: 2, unexpected: 1, skipped: 2 } },
      }),
    ).toMatchObject({ passed: 2, failed: 3, problem: undefined });
  });

  it.each([
    [
      'a seam that is gone',
      { code: 0, output: 'x: this version of Playwright has no A._b', report },
    ],
    ['no report', { code: 0, output: '' }],
    ['a crash', { code: 1, output: '', report }],
    ['a time limit', { code: null, output: '', stoppedBecause: 'not done', report }],
  ])('takes %s for a failure', (_, run) => {
    expect(countRun(run).failed).toBe(1);
  });
});

it('sums up', () => {
  expect(
    sum([
      { passed: 3, failed: 0 },
      { passed: 1, failed: 2 },
    ]),
  ).toEqual({ passed: 4, failed: 2 });
});
