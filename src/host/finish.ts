/** Ends a run from the runner's side: asks the host to stop everything, and returns only when it is gone. */
import { setTimeout as delay } from 'node:timers/promises';
import { isProcessAlive } from '../base/processes';
import { findHost, type HostConnection } from './connect';
import type { RunSummary } from './protocol';
import { runnerState } from './runner-state';
import { sweep } from './sweep';

/** How long the host may take to exit after it has answered, in milliseconds: it has nothing left to do. */
const EXIT_MS = 5_000;
const POLL_MS = 5;

/**
 * Finishes the run of this process, which may begin another one then. When the host was killed, what it left is cleared from here.
 * @returns what the run used; `'killed'` when its host was, and has taken that along; undefined when it has had none.
 */
export async function finishRun(): Promise<RunSummary | 'killed' | undefined> {
  const state = runnerState();
  const started = await state.host?.catch(() => undefined);
  state.host = undefined;
  try {
    const host = await currentHost(started);
    if (host) return await finish(host);
  } catch {
    // it was killed meanwhile
  }
  await sweep().catch(() => undefined); // whoever wanted a host was told why there is none
  return started && 'killed';
}

async function finish(host: HostConnection): Promise<RunSummary> {
  const { pid, ...summary } = await host.call('finish', {});
  for (const deadline = performance.now() + EXIT_MS; isProcessAlive(pid);) {
    if (performance.now() > deadline) break;
    await delay(POLL_MS);
  }
  return summary;
}

/** The host that the run has begun with; when it was killed, the one that took over. */
async function currentHost(
  started: HostConnection | undefined,
): Promise<HostConnection | undefined> {
  return started?.isOpen ? started : findHost(process.pid, 'reporter');
}
