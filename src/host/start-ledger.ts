/** Starts at a session API in the ledger: how they get there before there is a session, and how what a lost one has left is found and ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { settledWithin } from '../base/deadline';
import type { SessionsClient } from '../client/index';
import { HostError, isSessionwrightError } from '../contract/errors';
import type { SessionInfo } from '../contract/session';
import { GONE_MS, stillComing, type Ledger, type LedgerEntry } from './ledger';
import type { BegunStart, StartBook } from './start-book';

/** How far the clock of an API may be from ours, in milliseconds. */
const CLOCK_SLACK_MS = 60_000;

/** How long the end of a run looks for what its lost starts have made, and between two looks, in milliseconds: a session may come a moment after its start was given up. */
const LAST_LOOK_MS = 5_000;
const LOOK_POLL_MS = 1_000;

/** Writes down each start at a session API: one that was refused is struck out; one of which nobody knows whether it has made a session stays, for {@link endLostStart}. */
export function ledgerBook(ledger: Ledger, apiUrl: string): StartBook {
  const begin = async ({ key, startedAt, startsUntil }: BegunStart): Promise<void> =>
    ledger.started({ sessionId: key, apiUrl, kind: 'start', startedAt, startsUntil });
  return {
    begin,
    async end(start, { sessionId, isUnclear }) {
      const { startedAt } = start;
      const session = sessionId === null ? undefined : { sessionId, apiUrl, startedAt };
      if (isUnclear) {
        await begin({ ...start, startsUntil: Date.now() + LAST_LOOK_MS }); // nobody asks for it any more
        if (session) await ledger.started(session);
      } else await (session ? ledger.became(start.key, session) : ledger.stopped(start.key));
    },
  };
}

/** Ends what the starts of a run have left of which no answer came, as far as that can be told at its end; the others stay in its ledger. Never rejects. */
export async function endLostStarts(ledger: Ledger, client: SessionsClient): Promise<void> {
  await settledWithin(endWhatComes(ledger, client), LAST_LOOK_MS + 2 * LOOK_POLL_MS);
}

/** Looks again and again as long as one may still come, with one question for all of them. */
async function endWhatComes(ledger: Ledger, client: SessionsClient): Promise<void> {
  const deadline = performance.now() + LAST_LOOK_MS;
  const isLost = ({ kind, apiUrl }: LedgerEntry): boolean =>
    kind === 'start' && apiUrl === client.apiUrl;
  const { activeSessions } = await import('../client/active-sessions');
  let lost = (await ledger.open()).filter(isLost);
  while (lost.length > 0) {
    const running = await activeSessions(client);
    const pending = await Promise.all(lost.map((it) => endOrWait(it, { ledger, client, running })));
    lost = lost.filter((_, at) => pending[at]);
    if (lost.length === 0 || performance.now() > deadline) return;
    await delay(LOOK_POLL_MS);
  }
}

/** True when it may still come. */
async function endOrWait(
  entry: LedgerEntry,
  {
    ledger,
    client,
    running,
  }: { ledger: Ledger; client: SessionsClient; running: readonly SessionInfo[] },
): Promise<boolean> {
  try {
    await endAmong(running, entry, client);
    await ledger.stopped(entry.sessionId);
    return false;
  } catch (error) {
    return isSessionwrightError(error, 'start_pending');
  }
}

/**
 * Ends what a start has left of which no answer came, or whose run was killed meanwhile. Nothing is ended of which it is not certain that it
 * is ours: an API that does not tell the keys of its sessions (the cloud's) is only asked whether there is any that could be.
 * @returns the session that was ended; undefined when there is none
 * @throws {@link HostError} when it may still come, or may be one of those that it names; what the API throws
 */
export async function endLostStart(
  entry: LedgerEntry,
  client: SessionsClient,
): Promise<string | undefined> {
  const { startedAt = 0 } = entry;
  const { activeSessions } = await import('../client/active-sessions');
  const running = await activeSessions(client).catch((error: unknown) => {
    const isGone = Date.now() - startedAt > GONE_MS;
    if (isGone && isSessionwrightError(error, 'api_unreachable')) return [];
    throw error;
  });
  return endAmong(running, entry, client);
}

/** The same, with the sessions that run there. */
async function endAmong(
  running: readonly SessionInfo[],
  { sessionId: key, startedAt = 0, startsUntil = startedAt }: LedgerEntry,
  client: SessionsClient,
): Promise<string | undefined> {
  const made = running.find(({ idempotencyKey }) => idempotencyKey === key);
  if (made) return (await client.stop(made.id)).id;
  if (Date.now() < startsUntil)
    throw stillComing('the API has no session of this start', 'start_pending');
  const possible = running.filter(
    ({ idempotencyKey, createdAt }) =>
      idempotencyKey === null && // of another start
      createdAt.getTime() > startedAt - CLOCK_SLACK_MS &&
      createdAt.getTime() < startsUntil + CLOCK_SLACK_MS,
  );
  if (possible.length === 0) return undefined;
  throw new HostError(
    `the API does not tell which start has made a session, so it may be one of ${possible.map(({ id }) => id).join(', ')}, or there is none. Stop those that nobody uses ("npx sessionwright sessions stop ID"); else its idle timeout ends it`,
    { code: 'start_unclear' },
  );
}
