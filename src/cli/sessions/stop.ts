/** `sessionwright sessions stop`. */
import { countText, oneLine, printableJson } from '../../base/texts';
import { activeSessions } from '../../client/active-sessions';
import type { SessionsClient } from '../../client/index';
import { NotFoundError, SessionwrightError } from '../../contract/errors';
import { listRuns } from '../../host/runs';
import { parseArguments, toNumber, UsageError } from '../usage';
import { COMMON_OPTIONS } from './command';
import { printText } from '../output';

const USAGE = `Usage: sessionwright sessions stop <id>... | --run <pid> | --all

Stops sessions. One that has ended before is fine.

  --run <pid>  the sessions that the run of this Playwright process has started on this machine
  --all        every session of this key that runs
  --json       print { stopped, failed } as JSON`;

/** More ids than anybody types. */
const MOST_IDS = 1000;

/** What became of each session. */
interface Outcome {
  stopped: string[];
  failed: { id: string; reason: string }[];
}

/**
 * Stops sessions, and fails when one could not be stopped.
 * @throws {@link UsageError} for wrong arguments, {@link SessionwrightError} `stop_failed`
 */
export async function stop(args: string[], client: () => Promise<SessionsClient>): Promise<void> {
  const { values, words } = parseArguments(
    args,
    { run: { type: 'string' }, all: { type: 'boolean' }, ...COMMON_OPTIONS },
    { usage: USAGE, atMost: MOST_IDS },
  );
  if (values.help) {
    printText(USAGE);
    return;
  }
  const ways = [words.length > 0, values.run !== undefined, values.all === true].filter(Boolean);
  if (ways.length !== 1) throw new UsageError(`Give ids, --run or --all.\n\n${USAGE}`);
  const api = await client();
  const outcome = await stopEach(api, await wanted(api, { words, run: values.run }));
  printText(values.json ? printableJson(outcome) : describe(outcome));
  if (outcome.failed.length > 0)
    throw new SessionwrightError(
      `${outcome.failed.length} of ${countText(outcome.failed.length + outcome.stopped.length, 'session')} could not be stopped.`,
      { code: 'stop_failed' },
    );
}

async function wanted(
  api: SessionsClient,
  { words, run }: { words: string[]; run: string | undefined },
): Promise<string[]> {
  if (words.length > 0) return words;
  const pid = toNumber(run, '--run', { least: 1, most: Number.MAX_SAFE_INTEGER });
  return pid === undefined ? (await activeSessions(api)).map(({ id }) => id) : ofRun(api, pid);
}

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
      `The run ${pid} has its sessions at ${elsewhere.apiUrl}, and NOTTE_API_URL names ${api.apiUrl}.`,
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
