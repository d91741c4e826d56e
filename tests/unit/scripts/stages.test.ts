/** The last line of `npm test` decides whether a change lands, so nothing that failed may be counted as passed. */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  countStage,
  failuresOf,
  flakyOf,
  STAGES,
  stagesOf,
  type Stage,
} from '../../../scripts/lib/stages.mjs';

function stage(name: string): Stage {
  const found = STAGES.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`No stage ${name}`);
  return found;
}

const vitest = (report: object): object => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...report,
});
const playwright = (stats: object, errors: object[] = []): object => ({
  stats: { expected: 0, flaky: 0, unexpected: 0, skipped: 0, ...stats },
  errors,
});

describe('stagesOf', () => {
  const namesOf = (...names: string[]): string[] =>
    (stagesOf(names).stages ?? []).map(({ name }) => name);

  it('runs the quick stages when none is named', () => {
    expect(namesOf()).toEqual([
      'types',
      'lint',
      'size',
      'package',
      'words',
      'format',
      'unit',
      'contract',
      'promises',
      'examples',
    ]);
  });

  it('runs only the named stages', () => {
    expect(namesOf('unit', 'grid')).toEqual(['unit', 'grid']);
  });

  it('runs every stage for "all"', () => {
    expect(namesOf('all')).toEqual(STAGES.map(({ name }) => name));
  });

  it('names the first unknown stage', () => {
    expect(stagesOf(['unit', 'untis'])).toEqual({ unknown: 'untis' });
  });
});

describe('countStage', () => {
  it.each([
    [
      'a green stage of tests',
      'unit',
      { code: 0, report: vitest({ numPassedTests: 3, numPendingTests: 1 }) },
      { passed: 3, failed: 0, skipped: 1, problem: undefined },
    ],
    [
      'failed tests',
      'unit',
      { code: 1, report: vitest({ numPassedTests: 3, numFailedTests: 2 }) },
      { passed: 3, failed: 2, problem: undefined },
    ],
    [
      'a file that does not load',
      'unit',
      {
        code: 1,
        report: vitest({
          numPassedTests: 3,
          testResults: [{ status: 'failed', assertionResults: [] }],
        }),
      },
      { passed: 3, failed: 1, problem: undefined },
    ],
    [
      'a failure outside of tests',
      'unit',
      { code: 1, report: vitest({ numPassedTests: 3 }) },
      { passed: 3, failed: 1, problem: 'exit code 1' },
    ],
    [
      'a runner that died',
      'e2e',
      { code: null },
      { passed: 0, failed: 1, problem: 'ended by a signal' },
    ],
    [
      'a stage that hung',
      'e2e',
      { code: null, stoppedBecause: 'not done after 900 s' },
      { passed: 0, failed: 1, problem: 'not done after 900 s' },
    ],
    [
      'no test at all',
      'integration',
      { code: 0, report: vitest({}) },
      { passed: 0, failed: 1, problem: 'ran no test' },
    ],
    [
      'green examples, one of them flaky',
      'examples',
      { code: 0, report: playwright({ expected: 4, flaky: 1, skipped: 1 }) },
      { passed: 5, failed: 0, skipped: 1 },
    ],
    [
      'a red example, and an error outside of tests',
      'examples',
      { code: 1, report: playwright({ expected: 4, unexpected: 1 }, [{}]) },
      { passed: 4, failed: 2 },
    ],
    [
      'a green type check, which counts no tests',
      'types',
      { code: 0 },
      { passed: 0, failed: 0, problem: undefined },
    ],
    ['a type error', 'types', { code: 2 }, { passed: 0, failed: 1, problem: 'exit code 2' }],
  ])('counts %s', (_, name, result, counts) => {
    expect(countStage(stage(name), result)).toMatchObject(counts);
  });
});

describe('failuresOf', () => {
  const none = { passed: 0, failed: 1, skipped: 0, problem: undefined };

  it('names each failed test of Vitest, and a file that does not load', () => {
    const report = {
      testResults: [
        {
          name: resolve('tests/unit/a.test.ts'),
          status: 'failed',
          assertionResults: [
            { status: 'passed', fullName: 'adds' },
            {
              status: 'failed',
              fullName: 'divides',
              failureMessages: ['\u001b[31mexpected 1\u001b[39m\n  at a.test.ts'],
            },
          ],
        },
        {
          name: resolve('tests/unit/b.test.ts'),
          status: 'failed',
          message: 'no such module\n',
          assertionResults: [],
        },
      ],
    };
    expect(failuresOf(stage('unit'), report, none)).toEqual([
      'unit: tests/unit/a.test.ts › divides: expected 1',
      'unit: tests/unit/b.test.ts: no such module',
    ]);
  });

  it('names each failed test of Playwright, in suites within suites, and what failed beside them', () => {
    const spec = {
      file: 'a.spec.ts',
      line: 3,
      title: 'signs in',
      ok: false,
      tests: [{ results: [{ errors: [{ message: 'timed out\nat a' }] }] }],
    };
    const report = {
      errors: [{ message: 'no config' }],
      suites: [{ specs: [{ ...spec, ok: true }], suites: [{ specs: [spec] }] }],
    };
    expect(failuresOf(stage('examples'), report, none)).toEqual([
      'examples: no config',
      'examples: a.spec.ts:3 › signs in: timed out',
    ]);
  });

  it('names a stage that failed as one', () => {
    expect(failuresOf(stage('lint'), undefined, { ...none, problem: 'exit code 1' })).toEqual([
      'lint: exit code 1',
    ]);
  });
});

describe('flakyOf', () => {
  it('names what passed when Vitest tried it again', () => {
    const passed = { status: 'passed', fullName: 'adds', failureMessages: [] };
    const again = { ...passed, fullName: 'waits', failureMessages: ['timed out\nat a'] };
    const failed = { ...again, status: 'failed' };
    const testResults = [
      { name: resolve('tests/e2e/a.test.ts'), assertionResults: [passed, again, failed] },
    ];
    expect(flakyOf(stage('e2e'), { testResults })).toEqual([
      'e2e: tests/e2e/a.test.ts › waits: timed out',
    ]);
  });

  it('names what passed when Playwright tried it again', () => {
    const spec = (status: string, ok: boolean): object => ({
      ...{ file: 'a.spec.ts', line: 3, title: status, ok },
      tests: [{ status, results: [{ errors: [{ message: 'timed out' }] }, { errors: [] }] }],
    });
    const specs = [spec('expected', true), spec('flaky', true), spec('unexpected', false)];
    expect(flakyOf(stage('examples'), { suites: [{ specs }] })).toEqual([
      'examples: a.spec.ts:3 › flaky: timed out',
    ]);
  });

  it('knows nothing of a stage that has no report', () => {
    expect(flakyOf(stage('lint'), undefined)).toEqual([]);
  });
});
