/** `sessionwright reap`: what killed runs have left on this machine and in the cloud is stopped and removed. */
import { countText, printableJson } from '../base/texts';
import type { LedgerEntry } from '../host/ledger';
import { sweep, type SweepResult } from '../host/sweep';
import { parseOptions } from './usage';
import { printText } from './output';

const USAGE = `Usage: sessionwright reap [options]

Stops the remote sessions of runs that were killed (by their ledger, those of the API that NOTTE_API_URL and NOTTE_API_KEY name), and removes their files,
and those of embedded session servers that were killed. So it does with their sessions on a Selenium Grid; where that wants a password, set
SELENIUM_REMOTE_URL or SELENIUM_REMOTE_HEADERS. What lives is not touched. Every run does this for earlier ones by itself; on CI, call it in a step that always runs.

  --dry-run  only tell what would be done
  --json     print the result as JSON`;

/**
 * Sweeps, and fails when something had to be left.
 * @throws {@link UsageError} for wrong arguments, an `Error` when sessions had to be left
 */
export async function reap(args: string[]): Promise<void> {
  const values = parseOptions(
    args,
    {
      'dry-run': { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    USAGE,
  );
  if (values.help) {
    printText(USAGE);
    return;
  }
  const dryRun = values['dry-run'] ?? false;
  const result = await sweep({ dryRun });
  printText(values.json ? printableJson(result) : describe(result, dryRun));
  if (result.left.length > 0)
    throw new Error(`${countText(result.left.length, 'session')} could not be stopped.`);
  if (result.notRemoved.length > 0)
    throw new Error(`${countText(result.notRemoved.length, 'folder')} could not be removed.`);
}

function describe(result: SweepResult, dryRun: boolean): string {
  const verb = dryRun ? 'would be' : 'were';
  const lines = [
    ...result.stopped.map((entry) => `${named(entry)} ${verb} stopped`),
    ...result.removed.map((folder) => `${folder} ${verb} removed`),
    ...result.left.map((entry) => `${named(entry)} is left: ${entry.reason}`),
    ...result.notRemoved.map(({ path, reason }) => `${path} could not be removed: ${reason}`),
  ];
  return lines.length > 0 ? lines.join('\n') : 'Nothing was left behind.';
}

function named({ kind, sessionId, apiUrl, startedAt = 0 }: LedgerEntry): string {
  return kind === 'start'
    ? `what a start of ${new Date(startedAt).toISOString()} may have made at ${apiUrl}`
    : `session ${sessionId} at ${apiUrl}`;
}
