/** The few lines that the runner's side of a run prints. */

import type { FullConfig } from '@playwright/test';

/** One line of ours in the terminal. Not on stdout: that may be a report, as with `--reporter=json`. */
export function print(line: string): void {
  process.stderr.write(`sessionwright: ${line}\n`);
}

/** The lines at the end of a run. Playwright's `dot` reporter leaves its last line open until the other reporters are done. */
export function printSummary({ reporter }: Pick<FullConfig, 'reporter'>, lines: string[]): void {
  if (lines.length > 0 && reporter.some(([name]) => name === 'dot')) process.stderr.write('\n');
  for (const line of lines) print(line);
}
