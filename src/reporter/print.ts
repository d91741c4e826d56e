/** The few lines that the runner's side of a run prints. */

/** One line of ours in the terminal. Not on stdout: that may be a report, as with `--reporter=json`. */
export function print(line: string): void {
  process.stderr.write(`sessionwright: ${line}\n`);
}
