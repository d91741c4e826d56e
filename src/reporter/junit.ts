/**
 * The totals of a run for those who read JUnit files: one suite of properties, without a test, behind those of Playwright's own `junit`
 * reporter, which knows properties of tests only.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FullConfig } from '@playwright/test/reporter';
import { printable } from '../base/texts';
import { environment } from '../options/environment';
import type { RunTotals } from './run/data';

/** Name of the suite. */
const SUITE = 'sessionwright';
/** Ends the file. */
const END = '</testsuites>';

/** The file that Playwright's reporter writes; undefined when there is none, or it goes to the terminal. */
export function junitFile({
  reporter,
  configFile,
}: Pick<FullConfig, 'reporter' | 'configFile'>): string | undefined {
  const entry = reporter.find(([name]) => name === 'junit');
  if (!entry) return undefined;
  const { outputFile } = (entry[1] ?? {}) as { outputFile?: string };
  const home = configFile === undefined ? process.cwd() : dirname(configFile);
  const { file, folder, name } = environment.junitOutput;
  if (file !== undefined) return resolve(file);
  if (outputFile !== undefined) return resolve(home, outputFile);
  return name === undefined ? undefined : resolve(folder ?? home, name);
}

/** Adds the totals to the file. Does nothing where they stand already, or it is no JUnit file of Playwright's. */
export async function addToJunit(file: string, totals: RunTotals): Promise<void> {
  const xml = await readFile(file, 'utf8');
  const end = xml.lastIndexOf(END);
  if (end === -1 || xml.includes(`<testsuite name="${SUITE}"`)) return;
  await writeFile(file, xml.slice(0, end) + suiteOf(totals) + xml.slice(end));
}

/** Names and values: counts, minutes and seconds as plain numbers. */
export function junitProperties(totals: RunTotals): [name: string, value: string][] {
  const { retries, leftRunning, billedMinutes } = totals;
  const causes = Object.entries(retries);
  return [
    ['sessions', String(totals.sessions)],
    ['sessions-by-tests', String(totals.byTests)],
    ['sessions-at-once', String(totals.peakSessions)],
    ['sessions-died', String(totals.died)],
    ['starts-failed', String(totals.failedStarts)],
    ['browser-minutes', (totals.browserMs / 60_000).toFixed(2)],
    ...(billedMinutes === undefined
      ? []
      : [['billed-minutes', String(billedMinutes)] as [string, string]]),
    ['waiting-seconds', (totals.waitingMs / 1000).toFixed(1)],
    ['retries', String(causes.reduce((sum, [, count]) => sum + count, 0))],
    ...causes.map(([cause, count]): [string, string] => [
      `retries-${cause.replaceAll(' ', '-')}`,
      String(count),
    ]),
    ...(leftRunning ? [['left-running', String(leftRunning.length)] as [string, string]] : []),
    ...(leftRunning ?? []).map((id): [string, string] => ['left-running-session', id]),
  ];
}

function suiteOf(totals: RunTotals): string {
  const properties = junitProperties(totals).map(
    ([name, value]) => `<property name="${SUITE}.${name}" value="${escaped(value)}">\n</property>`,
  );
  return [
    `<testsuite name="${SUITE}" tests="0" failures="0" skipped="0" errors="0" time="0">`,
    '<properties>',
    ...properties,
    '</properties>',
    '</testsuite>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return printable(text).replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
