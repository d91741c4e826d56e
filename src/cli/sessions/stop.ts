/** `sessionwright sessions stop`. */
import { countText, oneLine } from '../../base/texts';
import { activeSessions } from '../../client/active-sessions';
import type { SessionsClient } from '../../client/index';
import { NotFoundError, SessionwrightError } from '../../contract/errors';
import { environment } from '../../options/environment';
import { listRuns } from '../../host/ledger';
import { command, toPid, UsageError } from '../command';
import { printJson, printText } from '../output';
import { withClient } from './client';

const USAGE = `Usage: sessionwright sessions stop <id>... | --run <pid> | --all

Stops sessions. A session that has ended already is no error.

  --run <pid>  the sessions that the run of this Playwright process started on this machine
  --all        every active session of this key
  --json       print { stopped, failed } as JSON`;

/** More ids than anybody types. */
const MOST_IDS = 1000;

/** What became of each session. */
interface Outcome {
  stopped: string[];
  failed: { id: string; reason: string }[];
}

/** Stops sessions. Throws {@link SessionwrightError} `stop_failed` if one could not be stopped. */
export const stop = command(
  {
    usage: USAGE,
    options: { run: { type: 'string' }, all: { type: 'boolean' } },
    maxWords: MOST_IDS,
  },
  async ({ run, all, json }, ids) => {
    const ways = [ids.length > 0, run !== undefined, all === true].filter(Boolean);
    if (ways.length !== 1) throw new UsageError(`Give ids, --run or --all.\n\n${USAGE}`);
    const pid = toPid(run);
    const { stopped, failed } = await withClient(async (client) => {
      if (ids.length > 0) return stopEach(client, ids);
      if (pid !== undefined) return stopEach(client, await ofRun(client, pid));
      return stopEach(
        client,
        (await activeSessions(client)).map(({ id }) => id),
      );
    });
    if (json) printJson({ stopped, failed });
    else printText(describe({ stopped, failed }));
    if (failed.length > 0)
      throw new SessionwrightError(
        `${failed.length} of ${countText(failed.length + stopped.length, 'session')} could not be stopped.`,
        { code: 'stop_failed' },
      );
  },
);

async function ofRun(api: SessionsClient, pid: number): Promise<string[]> {
  const runs = await listRuns();
  const entries = runs.filter((run) => run.runnerPid === pid).flatMap((run) => run.sessions);
  if (!runs.some((run) => run.runnerPid === pid))
    throw new UsageError(
      `No run of process ${pid} is known here. Known: ${[...new Set(runs.map((run) => run.runnerPid))].join(', ') || 'none'}.`,
    );
  const onGrid = entries.find(({ kind }) => kind === 'grid');
  if (onGrid)
    throw new UsageError(
      `The run ${pid} has its browsers on the Selenium Grid at ${onGrid.apiUrl}: they end with it. Where it was killed, "npx sessionwright reap" ends them.`,
    );
  const elsewhere = entries.find(({ apiUrl }) => apiUrl !== api.apiUrl);
  if (elsewhere)
    throw new UsageError(
      `The run ${pid} has its sessions at ${elsewhere.apiUrl}, and ${environment.apiNames.apiUrl} names ${api.apiUrl}.`,
    );
  return entries.flatMap(({ kind, sessionId }) => (kind === 'start' ? [] : [sessionId]));
}

async function stopEach(api: SessionsClient, ids: string[]): Promise<Outcome> {
  const outcome: Outcome = { stopped: [], failed: [] };
  await Promise.all(
    ids.map(async (id) => {
      try {
        await api.stop(id);
        outcome.stopped.push(id);
      } catch (error) {
        outcome.failed.push({
          id,
          reason:
            error instanceof NotFoundError ? 'there is no such session' : (error as Error).message,
        });
      }
    }),
  );
  return outcome;
}

function describe({ stopped, failed }: Outcome): string {
  const lines = [
    ...stopped.map((id) => `${oneLine(id)} stopped`),
    ...failed.map(({ id, reason }) => `${oneLine(id)} not stopped: ${reason}`),
  ];
  return lines.length > 0 ? lines.join('\n') : 'No sessions to stop.';
}
