/**
 * The host process: `node host.js RUNNER_PID GENERATION`. Claims the run's folder, serves the run, and watches the runner. When the run is
 * over or the runner is dead, it stops everything and removes the folder.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { logOf } from '../base/log';
import { isProcessAlive, signalled } from '../base/processes';
import { printable } from '../base/texts';
import { hasRemoteApi } from '../options/source';
import { Host } from './host';
import { Ledger } from './ledger';
import { claimRunFolder, removeRunFolder, removeWork, type RunFolder } from './run-folder';
import { sweep } from './sweep';

const log = logOf('host');

/** Time between two checks whether the runner is alive, in milliseconds. */
const RUNNER_POLL_MS = 100;

async function main(): Promise<void> {
  const [runnerPid, generation] = process.argv.slice(2).map(Number);
  if (!runnerPid || !generation)
    throw new Error(
      'Usage: host RUNNER_PID GENERATION. Do not start it yourself; the plugin does.',
    );
  process.stdout.on('error', () => undefined); // the process that started us may be gone
  process.stderr.on('error', () => undefined);
  const folder = await claimRunFolder(runnerPid, generation);
  if (!folder) return; // another host was quicker
  const host = new Host(folder);
  try {
    await host.listen();
    log('host %d is up for run %d, its folder is %s', process.pid, runnerPid, folder.path);
    process.stdout.write('ready\n');
    void preload();
    void sweep({ keep: folder }).catch(() => undefined);
    await Promise.race([
      host.finished,
      runnerGone(runnerPid).then(async () => host.endOrphaned()),
      signalled('SIGINT', 'SIGTERM', 'SIGHUP').then(async () => host.run.end()),
    ]);
  } finally {
    host.close();
    await clear(folder);
    log('host %d ends', process.pid);
  }
}

/** Loads what the first session needs while Playwright loads the tests. Never rejects: errors are reported when it is used. */
async function preload(): Promise<void> {
  await Promise.allSettled([
    import('../client/index'),
    import('../options/validate'),
    import('../client/dispatchers').then((it) => it.loadUndici()),
    ...(hasRemoteApi({}) ? [] : [import('../server/session-server')]),
  ]);
}

async function runnerGone(runnerPid: number): Promise<void> {
  while (isProcessAlive(runnerPid)) await delay(RUNNER_POLL_MS);
}

/** Keeps the ledger of sessions that could not be stopped, for a later run or `sessionwright reap`. */
async function clear(folder: RunFolder): Promise<void> {
  if ((await new Ledger(folder.path).open()).length === 0) await removeRunFolder(folder);
  else await removeWork(folder);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${printable(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
    );
    process.exit(1);
  },
);
