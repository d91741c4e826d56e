/** Starts at a session API in the ledger: how they get there before there is a session, and how what a lost one has left is found and ended. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { settledWithin } from '../base/deadline';
import type { Session, SessionsClient, StartSessionOptions } from '../client/index';
import { HostError, isSessionwrightError } from '../contract/errors';
import { DEFAULT_START_TIMEOUT_MS } from '../options/defaults';
import type { Ledger, LedgerEntry } from './ledger';

/** How far the clock of an API may be from ours, in milliseconds. */
const CLOCK_SLACK_MS = 60_000;
/** After so long an API that cannot be reached is not waited for, in milliseconds: a session that nobody uses has ended by its idle timeout, 30 minutes at most. */
const GONE_MS = 3_600_000;

/** How long the end of a run looks for what its lost starts have made, and between two looks, in milliseconds: a session may come a moment after its start was given up. */
const LAST_LOOK_MS = 5_000;
const LOOK_POLL_MS = 250;

/** What makes a start known by its key, and tells whether it may have left more than the session that it gave. */
type KnownBy = Pick<StartSessionOptions, 'idempotencyKey' | 'onUnclear'>;

/**
 * Starts a session that the ledger knows of before it exists. A start that was refused is struck out; one of which nobody knows whether it
 * has made a session stays, for {@link endLostStart}.
 * @param timeoutMs - how long the start may take
 * @throws what the start throws, and what writing the ledger does: then the session is stopped
 */
export async function startInLedger(
  ledger: Ledger,
  {
    apiUrl,
    timeoutMs = DEFAULT_START_TIMEOUT_MS,
  }: { apiUrl: string; timeoutMs?: number | undefined },
  start: (how: KnownBy) => Promise<Session>,
): Promise<Session> {
  const key = randomBytes(32).toString('hex');
  const startedAt = Date.now();
  const startsUntil = startedAt + timeoutMs;
  await ledger.started({ sessionId: key, apiUrl, kind: 'start', startedAt, startsUntil });
  const outcome = { isUnclear: false };
  const onUnclear = (): void => {
    outcome.isUnclear = true;
  };
  const session = await start({ idempotencyKey: key, onUnclear }).catch(async (error: unknown) => {
    if (!outcome.isUnclear) await ledger.stopped(key);
    throw error;
  });
  try {
    const entry = { sessionId: session.id, apiUrl };
    await (outcome.isUnclear ? ledger.started(entry) : ledger.became(key, entry));
  } catch (error) {
    await session.stop();
    throw error;
  }
  return session;
}

/** Ends what the starts of a run have left of which no answer came, as far as that can be told at its end; the others stay in its ledger. Never rejects. */
export async function endLostStarts(ledger: Ledger, client: SessionsClient): Promise<void> {
  const deadline = Date.now() + LAST_LOOK_MS;
  const isLost = ({ kind, apiUrl }: LedgerEntry): boolean =>
    kind === 'start' && apiUrl === client.apiUrl;
  const end = async (entry: LedgerEntry): Promise<void> => {
    for (;;) {
      try {
        await endLostStart(entry, client);
        await ledger.stopped(entry.sessionId);
        return;
      } catch (error) {
        const mayCome = isSessionwrightError(error, 'start_pending');
        if (!mayCome || Date.now() > deadline) return;
        await delay(LOOK_POLL_MS);
      }
    }
  };
  const all = Promise.all((await ledger.open()).filter(isLost).map(end));
  await settledWithin(all, LAST_LOOK_MS);
}

/**
 * Ends what a start has left of which no answer came, or whose run was killed meanwhile. Nothing is ended of which it is not certain that it
 * is ours: an API that does not tell the keys of its sessions (the cloud's) is only asked whether there is any that could be.
 * @returns the session that was ended; undefined when there is none
 * @throws {@link HostError} when it may still come, or may be one of those that it names; what the API throws
 */
export async function endLostStart(
  { sessionId: key, startedAt = 0, startsUntil = startedAt }: LedgerEntry,
  client: SessionsClient,
): Promise<string | undefined> {
  const { activeSessions } = await import('../client/active-sessions');
  const running = await activeSessions(client).catch((error: unknown) => {
    const isGone = Date.now() - startedAt > GONE_MS;
    if (isGone && isSessionwrightError(error, 'api_unreachable')) return [];
    throw error;
  });
  const made = running.find(({ idempotencyKey }) => idempotencyKey === key);
  if (made) return (await client.stop(made.id)).id;
  if (Date.now() < startsUntil)
    throw new HostError(
      'the API has no session of this start, and may still be starting it. Call "npx sessionwright reap" again in two minutes, or let the next run do it',
      { code: 'start_pending' },
    );
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
