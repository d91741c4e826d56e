/** Ends a run from the runner's side: asks the host to stop everything, and returns only when it is gone. */
import { setTimeout as delay } from 'node:timers/promises';
import type { HostConnection } from './connect';
import { isProcessAlive } from '../browser/process-alive';
import type { RunSummary } from './protocol';
import { sweep } from './sweep';

/** How long the host may take to exit after it has answered, in milliseconds: it has nothing left to do. */
const EXIT_MS = 5_000;
const POLL_MS = 5;

/**
 * Finishes the run. When the host was killed, what it left is cleared from here.
 * @returns what the run used; undefined when its host is gone.
 */
export async function finishRun(host: HostConnection | undefined): Promise<RunSummary | undefined> {
  try {
    if (!host) return undefined;
    const { pid, ...summary } = await host.call('finish', {});
    for (const deadline = Date.now() + EXIT_MS; isProcessAlive(pid) && Date.now() < deadline; ) await delay(POLL_MS);
    return summary;
  } catch {
    await sweep();
    return undefined;
  }
}
