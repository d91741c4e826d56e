/** `sessionwright reap`: stops and removes what killed runs left on this machine and in the cloud. */
import { countText } from '../base/texts';
import type { LedgerEntry } from '../host/ledger';
import { sweep, type SweepResult } from '../host/sweep';
import { command } from './command';
import { printJson, printText } from './output';

const USAGE = `Usage: sessionwright reap [options]

Stops the remote sessions that killed runs left on the API of SESSIONWRIGHT_API_URL and SESSIONWRIGHT_API_KEY, and on Selenium Grids. If a Grid requires
a password, set SELENIUM_REMOTE_URL or SELENIUM_REMOTE_HEADERS. Removes the files of killed runs and of killed embedded session servers.
Does not touch anything that runs. Every run does this for earlier runs; on CI, call it in a step that always runs.

  --dry-run  only print what would be done
  --json     print { removed, stopped, left, notRemoved } as JSON`;

/** Sweeps. Fails if a session could not be stopped or a folder could not be removed. */
export const reap = command(
  { usage: USAGE, options: { 'dry-run': { type: 'boolean' } } },
  async ({ json, 'dry-run': dryRun = false }) => {
    const result = await sweep({ dryRun });
    if (json) printJson(result);
    else printText(describe(result, dryRun));
    if (result.left.length > 0)
      throw new Error(`${countText(result.left.length, 'session')} could not be stopped.`);
    if (result.notRemoved.length > 0)
      throw new Error(`${countText(result.notRemoved.length, 'folder')} could not be removed.`);
  },
);

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
