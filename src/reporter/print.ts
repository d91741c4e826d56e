/** The few lines that the runner's side of a run prints. */

import type { FullConfig } from '@playwright/test';
import { printable } from '../base/texts';
import { environment } from '../options/environment';

/** Codes of colours, each with the one that ends it. */
const CODES = { dim: [2, 22], red: [31, 39], yellow: [33, 39], cyan: [36, 39] } as const;

/** How a line looks on a terminal. */
export type Look = keyof typeof CODES;

/** One line of ours in the terminal. Not on stdout: that may be a report, as with `--reporter=json`. */
export function print(line: string, look?: Look): void {
  const shown = printable(line);
  process.stderr.write(
    `${painted('sessionwright:', 'dim')} ${look ? painted(shown, look) : shown}\n`,
  );
}

/** Ends a line that Playwright's `dot` reporter leaves open until its own end, ahead of lines of ours. */
export function endDots({ reporter }: Pick<FullConfig, 'reporter'>): void {
  if (reporter.some(([name]) => name === 'dot')) process.stderr.write('\n');
}

function painted(text: string, look: Look): string {
  if (!(environment.wantsColors ?? process.stderr.isTTY)) return text;
  const [begin, end] = CODES[look];
  return `\u001b[${begin}m${text}\u001b[${end}m`;
}
