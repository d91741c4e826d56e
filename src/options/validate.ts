/** Refuses wrong, unknown and misspelled options by name, before anything is started. */
import { OptionsError } from '../contract/errors';
import { environment } from './environment';
import { type OptionProblem, type OptionRule, shape } from './rules';
import {
  apiUrlRule,
  crossRules,
  gridJsonRules,
  gridUrlRule,
  sessionOptionRules,
  testOptionRules,
} from './schema';
import { gridUrlOf, hasRemoteApi } from './source';
import type { SessionOptions, SessionTestOptions } from './types';

const sessionOptionsRule = shape(sessionOptionRules, { what: 'an object of session options' });

/**
 * Checks session options.
 * @param path - where they stand, for the message: `use.sessionOptions`
 * @returns the same value
 * @throws {@link OptionsError} naming every wrong option, what is allowed and what it was
 */
export function validateSessionOptions(value: unknown, path: string): SessionOptions {
  refuse(findSessionProblems(value, path));
  return value as SessionOptions;
}

/**
 * Checks those of the test options that are given; others in `values` are left alone.
 * @throws {@link OptionsError} as {@link validateSessionOptions} does
 */
export function validateTestOptions(
  values: Readonly<Partial<Record<keyof SessionTestOptions, unknown>>>,
  path: string,
): void {
  refuse(findTestProblems(values, path));
}

/**
 * Checks what the `use` of a project says to us, and finds names that were probably meant for us: Playwright takes any.
 * @throws {@link OptionsError} as {@link validateSessionOptions} does
 */
export function validateProjectUse(use: Readonly<Record<string, unknown>>, path: string): void {
  const { sessionOptions } = use;
  const misspelled = findMisspelledOption(use);
  refuse([
    ...(misspelled
      ? [
          {
            path: `${path}.${misspelled.name}`,
            message: `is not an option; did you mean '${misspelled.nearest}'?`,
          },
        ]
      : []),
    ...(sessionOptions === undefined
      ? []
      : findSessionProblems(sessionOptions, `${path}.sessionOptions`)),
    ...findTestProblems(use, path),
  ]);
}

/** The first name in `use` that is one slip of the keyboard away from an option of ours. Names further away may be the suite's own options. */
export function findMisspelledOption(
  use: Readonly<Record<string, unknown>>,
): { name: string; nearest: string } | undefined {
  const ours = ['sessionOptions', ...Object.keys(testOptionRules)];
  for (const name of Object.keys(use)) {
    if (ours.includes(name)) continue;
    const nearest = ours.find((option) => isOneSlipAway(lettersOf(name), lettersOf(option)));
    if (nearest !== undefined) return { name, nearest };
  }
  return undefined;
}

function findSessionProblems(value: unknown, path: string): OptionProblem[] {
  const problems = sessionOptionsRule.check(value, path);
  if (problems.length > 0) return problems;
  const options = value as SessionOptions;
  return [
    ...checkEnvironment(options),
    ...crossRules
      .filter(({ isBroken }) => isBroken(options))
      .map(({ at, message }) => ({ path: `${path}.${at}`, message })),
  ];
}

/** What the environment says counts as an option, where it is used. */
function checkEnvironment(options: SessionOptions): OptionProblem[] {
  const isUsed =
    hasRemoteApi(options) && options.apiUrl === undefined && environment.apiUrl !== undefined;
  if (isUsed) return apiUrlRule.check(environment.apiUrl, environment.apiNames.apiUrl);
  return gridUrlOf(options) === undefined ? [] : checkGridEnvironment(options);
}

function checkGridEnvironment({ gridUrl, capabilities }: SessionOptions): OptionProblem[] {
  const { SELENIUM_REMOTE_CAPABILITIES, SELENIUM_REMOTE_HEADERS } = gridJsonRules;
  return [
    ...(gridUrl === undefined ? gridUrlRule.check(environment.gridUrl, 'SELENIUM_REMOTE_URL') : []),
    ...(capabilities === undefined && environment.gridCapabilities !== undefined
      ? SELENIUM_REMOTE_CAPABILITIES.check(
          environment.gridCapabilities,
          'SELENIUM_REMOTE_CAPABILITIES',
        )
      : []),
    ...(environment.gridHeaders === undefined
      ? []
      : SELENIUM_REMOTE_HEADERS.check(environment.gridHeaders, 'SELENIUM_REMOTE_HEADERS')),
  ];
}

function findTestProblems(
  values: Readonly<Record<string, unknown>>,
  path: string,
): OptionProblem[] {
  return Object.entries(testOptionRules).flatMap(([name, rule]: [string, OptionRule]) =>
    values[name] === undefined ? [] : rule.check(values[name], `${path}.${name}`),
  );
}

function refuse(problems: readonly OptionProblem[]): void {
  const [first] = problems;
  if (!first) return;
  const lines = problems.map(({ path, message }) => `${path}: ${message}`);
  const message =
    lines.length === 1
      ? lines.join()
      : `${lines.length} options are wrong:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  throw new OptionsError(message, { path: first.path });
}

function lettersOf(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase();
}

/** True when at most one letter was added, left out, replaced, or swapped with its neighbour. */
function isOneSlipAway(name: string, option: string): boolean {
  let start = 0;
  while (start < name.length && name[start] === option[start]) start++;
  let end = 0;
  while (
    end < Math.min(name.length, option.length) - start &&
    name.at(-1 - end) === option.at(-1 - end)
  )
    end++;
  const [typed, meant] = [
    name.slice(start, name.length - end),
    option.slice(start, option.length - end),
  ];
  const isSwapped = meant.length === 2 && typed === meant.charAt(1) + meant.charAt(0);
  return isSwapped || Math.max(typed.length, meant.length) <= 1;
}
