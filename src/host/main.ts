/**
 * The host process: `node host.js RUNNERPID GENERATION`. Claims the run's folder, serves the run, watches the runner, and when the
 * run is over, or the runner is gone, stops everything and removes the folder.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { logOf } from '../base/log';
import { isProcessAlive, signalled } from '../base/processes';
import { printable } from '../base/texts';
import { Host } from './host';
import { Ledger } from './ledger';
import { endOrphaned } from './orphaned';
import { preload } from './preload';
import { claimRunFolder, removeRunFolder, removeWork, type RunFolder } from './run-folder';
import { Sweeps } from './sweeps';

const log = logOf('host');

/** Time between two looks whether the runner lives, in milliseconds: how late its death is noticed at most. */
const RUNNER_POLL_MS = 100;
async function main(): Promise<void> {
  const [runnerPid, generation] = process.argv.slice(2).map(Number);
  if (!runnerPid || !generation)
    throw new Error(
      'Usage: host RUNNERPID GENERATION. The plugin starts this; there is no need to do it by hand.',
    );
  process.stdout.on('error', () => undefined); // whoever started us may be gone
  process.stderr.on('error', () => undefined);
  const folder = await claimRunFolder(runnerPid, generation);
  if (!folder) return; // another host was quicker
  const sweeps = new Sweeps(folder);
  const host = new Host(folder, sweeps);
  try {
    await host.listen();
    log('host %d is up for run %d, its folder is %s', process.pid, runnerPid, folder.path);
    process.stdout.write('ready\n');
    void preload();
    sweeps.begin();
    await Promise.race([
      host.finished,
      runnerGone(runnerPid).then(() => endOrphaned(host)),
      signalled('SIGINT', 'SIGTERM', 'SIGHUP').then(() => host.run.finish()),
    ]);
  } finally {
    host.close();
    await clear(folder);
    log('host %d ends', process.pid);
  }
}

/** Of sessions that could not be stopped the ledger stays, so that a later run or `sessionwright reap` can. */
async function clear(folder: RunFolder): Promise<void> {
  if ((await new Ledger(folder.path).open()).length === 0) await removeRunFolder(folder);
  else await removeWork(folder);
}

async function runnerGone(runnerPid: number): Promise<void> {
  while (isProcessAlive(runnerPid)) await delay(RUNNER_POLL_MS);
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
