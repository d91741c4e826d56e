/** The stages of `npm test` and `npm run test:all`: what each one runs, and how its result is counted. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from './child.mjs';

/** JSON reports of the stages; ignored by git, and away from every folder that a test runner empties. */
const REPORTS = '.cache/npm-test';
const VITEST = 'node_modules/vitest/vitest.mjs';
const PLAYWRIGHT = 'node_modules/@playwright/test/cli.js';
const EXAMPLES_REPORT = 'example-tests/results/report.json';

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string[]} args of Node
 * @property {string} [report] the JSON file that counts the tests; none: the stage passes or fails as one
 * @property {boolean} [isStatic] reads the sources and runs nothing: such stages run at the same time
 * @property {boolean} [isQuick] part of `npm test`, which takes five minutes; `npm test -- all` runs every stage
 * @property {(report: object) => Counts} [count]
 * @property {(report: object) => string[]} [failures] what failed, a line each: file, title, first line of the error
 * @property {(report: object) => string[]} [flaky] the same of what failed first, and passed when it was tried again
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/** @type {Stage[]} */
export const STAGES = [
  staticStage('types', ['node_modules/typescript/bin/tsc', '--noEmit']),
  staticStage('lint', ['node_modules/eslint/bin/eslint.js', '.']),
  staticStage('size', ['scripts/size.mjs']),
  staticStage('package', ['scripts/package.mjs']),
  staticStage('words', ['node_modules/cspell/bin.mjs', 'lint', '--no-progress', '--quiet']),
  staticStage('format', ['node_modules/prettier/bin/prettier.cjs', '--check', '.']),
  { ...vitestStage('unit'), isQuick: true },
  { ...vitestStage('contract'), isQuick: true },
  { ...vitestStage('promises'), isQuick: true },
  vitestStage('integration'),
  vitestStage('fuzz'),
  vitestStage('e2e'),
  vitestStage('long'),
  vitestStage('grid'),
  vitestStage('providers'),
  { name: 'matrix', args: ['scripts/matrix.mjs'] },
  {
    name: 'examples',
    isQuick: true,
    args: [PLAYWRIGHT, 'test', '--config', 'example-tests/playwright.config.ts'],
    report: EXAMPLES_REPORT,
    count: countPlaywright,
    failures: failuresOfPlaywright,
    flaky: flakyOfPlaywright,
  },
];

/**
 * The stages that a command line names: every quick one when it names none.
 *
 * @param {string[]} names of stages; `all` stands for every stage
 * @returns {{ stages: Stage[] } | { unknown: string }} `unknown`: the first name that is not a stage
 */
export function stagesOf(names) {
  if (names.includes('all')) return { stages: STAGES };
  const unknown = names.find((name) => STAGES.every((stage) => stage.name !== name));
  if (unknown !== undefined) return { unknown };
  return {
    stages: STAGES.filter(({ name, isQuick }) =>
      names.length > 0 ? names.includes(name) : isQuick,
    ),
  };
}

/** Removes what an earlier run reported, so that a stage that dies is not counted by it. */
export function clearReport(stage) {
  if (!stage.report) return;
  rmSync(join(ROOT, stage.report), { force: true });
  mkdirSync(dirname(join(ROOT, stage.report)), { recursive: true });
}

/** Reads what a stage reported; undefined when the report is missing or incomplete: then the exit code decides. */
export function readReport(stage) {
  try {
    return stage.report && JSON.parse(readFileSync(join(ROOT, stage.report), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Counts a stage that ended. A stage that failed without a failed test (a type error, a crash, a time limit)
 * counts as one failure, and so does one that should have run tests and ran none.
 *
 * @param {Stage} stage
 * @param {{ code: number | null, stoppedBecause?: string, report?: object }} result
 * @returns {Counts & { problem: string | undefined }} `problem`: what failed other than single tests
 */
export function countStage(stage, result) {
  const counts = result.report ? stage.count(result.report) : { passed: 0, failed: 0, skipped: 0 };
  const problem = problemOf(stage, result, counts);
  return { ...counts, failed: counts.failed + (problem ? 1 : 0), problem };
}

/**
 * The failures of a stage, one line each, for the end of a long output.
 *
 * @param {Stage} stage
 * @param {object | undefined} report
 * @param {Counts & { problem: string | undefined }} counts
 */
export function failuresOf(stage, report, { problem }) {
  const tests = report ? stage.failures(report) : [];
  return [...tests, ...(problem ? [problem] : [])].map((line) => `${stage.name}: ${line}`);
}

/** What failed once and passed when it was tried again, a line each: a fault of the test or of what it tests, to be looked for. */
export function flakyOf(stage, report) {
  return (report ? stage.flaky(report) : []).map((line) => `${stage.name}: ${line}`);
}

function problemOf(stage, { code, stoppedBecause }, counts) {
  if (stoppedBecause) return stoppedBecause;
  if (code !== 0 && counts.failed === 0)
    return code === null ? 'ended by a signal' : `exit code ${code}`;
  if (stage.report && counts.passed + counts.failed === 0) return 'ran no test';
  return undefined;
}

function staticStage(name, args) {
  return { name, args, isStatic: true, isQuick: true };
}

function vitestStage(name) {
  const report = `${REPORTS}/${name}.json`;
  return {
    name,
    args: [
      VITEST,
      'run',
      '--project',
      name,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    report,
    count: countVitest,
    failures: failuresOfVitest,
    flaky: flakyOfVitest,
  };
}

/** A test file that does not load has no tests, so it counts as one failure. */
function countVitest(report) {
  const broken = report.testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function failuresOfVitest(report) {
  return report.testResults.flatMap((file) => {
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    const name = relative(ROOT, file.name);
    if (failed.length === 0)
      return file.status === 'failed' ? [`${name}: ${essence(file.message)}`] : [];
    return failed.map((test) => lineOf(name, test));
  });
}

/** A test that passed on its retry still has the error of its first attempt. */
function flakyOfVitest(report) {
  return report.testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
      .map((test) => lineOf(relative(ROOT, file.name), test)),
  );
}

function lineOf(file, { fullName, failureMessages }) {
  return `${file} › ${fullName}: ${essence(failureMessages.join('\n'))}`;
}

function failuresOfPlaywright(report) {
  const failed = specsOf(report).filter((spec) => !spec.ok);
  return [...report.errors.map((error) => essence(error.message)), ...failed.map(specLine)];
}

function flakyOfPlaywright(report) {
  return specsOf(report)
    .filter(({ ok, tests }) => ok && tests.some(({ status }) => status === 'flaky'))
    .map(specLine);
}

function specsOf({ suites = [], specs = [] }) {
  return [...specs, ...suites.flatMap(specsOf)];
}

function specLine({ file, line, title, tests }) {
  const errors = tests.flatMap(({ results }) => results.flatMap((result) => result.errors));
  return `${file}:${line} › ${title}: ${essence(errors[0]?.message)}`;
}

/** What went wrong, in one line. The message of a test that ran a suite is all that the suite said: of that, its failures and their errors. */
function essence(message) {
  const lines = stripVTControlCharacters(message ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const failures = lines.slice(1).filter((line) => /^(\d+\) .* › |\w*Error: )/.test(line));
  return [lines[0], ...failures.slice(0, 6)].join(' | ').slice(0, 1500);
}

/** A test that passed on a retry is a pass for Playwright, and so it is here. */
function countPlaywright(report) {
  const { expected, flaky, unexpected, skipped } = report.stats;
  return { passed: expected + flaky, failed: unexpected + report.errors.length, skipped };
}
