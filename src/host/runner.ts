/** A run from the runner's side: starts its host in the background while Playwright loads the tests, and ends it. */
import { setTimeout as delay } from 'node:timers/promises';
import { isProcessAlive } from '../base/processes';
import { connectToHost, findHost, type HostConnection } from './connect';
import type { RunSummary } from './protocol';
import { sweep } from './sweep';

/** How long the host may take to exit after its last answer, in milliseconds. */
const EXIT_MS = 5_000;
const POLL_MS = 5;
/** Time between two checks while sessions are kept open, in milliseconds. */
const KEPT_POLL_MS = 200;

/** What global set-up and reporter share: both run in the runner's process, but Playwright loads them separately. */
export interface RunnerState {
  /** Our reporter is loaded. It ends the run, after the clips and before the other reporters. */
  hasReporter: boolean;
  /** Global set-up refused the options: there is nothing to report about a run. */
  isRefused?: boolean;
  /** Runs that were announced. A configuration may list the reporter twice; only one instance announces. */
  announced: WeakSet<object>;
  /** Global set-up began a run. In UI mode more runs follow, without global set-up. */
  isSetUp?: boolean;
  /** Process id of the host that keeps sessions open after the run. */
  keeper?: number | undefined;
  /** The host of the current run. */
  host?: Promise<HostConnection> | undefined;
}

const KEY = Symbol.for('sessionwright.runner');

/** The state of this process. */
export function runnerState(): RunnerState {
  const holder = globalThis as unknown as Record<symbol, RunnerState | undefined>;
  return (holder[KEY] ??= { hasReporter: false, announced: new WeakSet() });
}

/** Begins the run that global set-up prepares. */
export function beginRun(): void {
  const state = runnerState();
  const connecting = connectToHost(process.pid, state.hasReporter ? 'reporter' : 'runner');
  connecting.catch(() => undefined); // the first worker that needs the host reports the error
  state.isSetUp = true;
  state.host = connecting;
}

/** Begins the next run of this process, which has no set-up of its own: the next click in UI mode. */
export function beginNextRun(): void {
  const { isSetUp, host } = runnerState();
  if (isSetUp && !host) beginRun();
}

/**
 * Ends the run of this process: the host stops everything and exits. If the host was killed, clears what it left.
 * @param keepsFailed - kept sessions stay open: {@link keptSessionsOver} follows
 * @returns what the run used; `'killed'` if its host was killed; undefined if it had none.
 */
export async function finishRun({ keepsFailed = false } = {}): Promise<
  RunSummary | 'killed' | undefined
> {
  const state = runnerState();
  const started = await state.host?.catch(() => undefined);
  state.host = undefined;
  try {
    const host = started?.isOpen ? started : await findHost(process.pid, 'reporter'); // another one may have taken over
    if (host) return await finish(host, keepsFailed);
  } catch {
    // it was killed
  }
  await sweep().catch(() => undefined); // a worker that needed the host reported the error
  return started && 'killed';
}

/** Resolves when the host has ended the sessions that the last run kept open. */
export async function keptSessionsOver(): Promise<void> {
  const { keeper } = runnerState();
  while (keeper !== undefined && isProcessAlive(keeper)) await delay(KEPT_POLL_MS);
}

async function finish(host: HostConnection, keepsFailed: boolean): Promise<RunSummary> {
  const { pid, ...summary } = await host.call('finish', { keepsFailed });
  if (summary.kept.length > 0) {
    runnerState().keeper = pid;
    return summary;
  }
  const deadline = performance.now() + EXIT_MS;
  while (isProcessAlive(pid) && performance.now() < deadline) await delay(POLL_MS);
  return summary;
}
