/** What a worker is told of the session that it gets. */
import type { HeldSession } from './held-session';
import { factsOf } from './lives';
import type { Lease } from './protocol';

/** A lease on this session. */
export function leaseOf(
  { held, lease }: { held: HeldSession; lease: { id: string } },
  { reused, notices }: Pick<Lease, 'reused' | 'notices'>,
): Lease {
  const { session, source } = held;
  return {
    leaseId: lease.id,
    sessionId: session.id,
    cdpUrl: held.cdpUrl,
    playwright: held.playwright,
    viewerUrl: session.viewerUrl,
    api: source.api,
    embedded: source.isEmbedded,
    local: source.isLocal,
    downloadsPath: session.info.downloadsPath,
    reused,
    facts: factsOf(held),
    notices,
  };
}
