/** The end of a run whose runner is gone, so that nobody says that it is finished. */
import { settledWithin } from '../base/deadline';
import type { Host } from './host';

/** How long workers whose runner died may go on to end their test and save their cookies, in milliseconds; and with a session that costs elsewhere. */
const ORPHANS_MS = 10_000;
const COSTLY_ORPHANS_MS = 4_000;
/** How long the clips and sessions may take after that, in milliseconds. */
const FINISH_MS = 30_000;

/** Workers outlive a killed runner for a moment, and their teardown is worth waiting for, but not at any price. */
export async function endOrphaned(host: Pick<Host, 'run' | 'workersGone'>): Promise<void> {
  const workersGone = host.workersGone();
  await settledWithin(workersGone, COSTLY_ORPHANS_MS);
  host.run.endCostly();
  await settledWithin(workersGone, ORPHANS_MS - COSTLY_ORPHANS_MS);
  await settledWithin(host.run.finish(), FINISH_MS);
}
