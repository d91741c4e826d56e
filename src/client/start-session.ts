/**
 * Starts a session, and leaves no second one behind unnoticed.
 *
 * A start that got no answer may have made a session. Every try carries the same `Idempotency-Key`: a server that knows it gives
 * back the session of the first try, and says so by sending the header back; what it made of a start that failed is found by the key,
 * and stopped. Of any other server the sessions that appeared meanwhile are asked for, and reported: they may be the lost one, or those
 * of another process with the same key.
 */
import { newIdempotencyKey } from '../base/tokens';
import { ContractError, SessionwrightError } from '../contract/errors';
import { headers } from '../contract/headers';
import type { SessionInfo, StartOptions } from '../contract/session';
import { single, type Answer, type HttpClient } from './http';
import type { ClientWarning } from './options';
import { isFull, startOutcome, startPolicy, type Backoff, type RetryPolicy } from './retry-policy';
import { requestStop } from './session-calls';

/** What {@link startSession} works with. */
export interface StartContext {
  http: HttpClient;
  backoff: Backoff;
  /** Time for all tries, in milliseconds. */
  timeoutMs: number;
  /** When aborted, a failed try is the last one. */
  giveUp: AbortSignal;
  /** When aborted, the start is given up at once. */
  signal: AbortSignal | undefined;
  /** Called whenever the API has no place now. */
  onFull: (() => void) | undefined;
  /** Key of the start. @default a random one */
  idempotencyKey: string | undefined;
  /** Called at the end, when a session may have been left that nobody knows. */
  onUnclear: (() => void) | undefined;
  onWarning: (warning: ClientWarning) => void;
  /** True for sessions that this client has started itself. */
  isOwn: (sessionId: string) => boolean;
}

/** Time for the look at what a lost answer left, in milliseconds. */
const ORPHAN_CHECK_MS = 10_000;
/** A session may appear this much earlier than our clocks say, in milliseconds: `Date` headers count whole seconds. */
const CLOCK_SLACK_MS = 2_000;

/**
 * Starts a session.
 * @throws the last try's error; {@link OptionsError} before anything is sent
 */
export async function startSession(
  body: StartOptions,
  context: StartContext,
): Promise<SessionInfo> {
  const { timeoutMs, giveUp, signal } = context;
  const tries = new StartTries(context);
  let info: SessionInfo;
  let answer: Answer<'startSession'>;
  try {
    answer = await context.http.send('startSession', {
      purpose: 'start a session',
      body,
      headers: { [headers.idempotencyKey]: tries.key },
      timeoutMs,
      giveUp,
      ...(signal && { abandon: signal }),
      policy: tries.policy,
    });
    info = await readSession(answer, context);
  } catch (error) {
    if (mayHaveStarted(error)) tries.isUncertain = true;
    if (tries.isUncertain) await settle(tries, context, { lastError: error });
    throw error;
  }
  if (tries.isUncertain && single(answer.headers[headers.idempotencyKey]) !== tries.key)
    await settle(tries, context, { startedId: info.id });
  return info;
}

/** Whether a session may run though its start has failed: its answer was of no use, or a fault of our own has come between. */
function mayHaveStarted(error: unknown): boolean {
  if (!(error instanceof SessionwrightError)) return true;
  return error instanceof ContractError && error.status !== undefined && error.status < 300;
}

/** What is known of the tries of one start. */
class StartTries {
  readonly key: string;
  readonly #since = performance.now();
  /** True once a try may have made a session that nobody told us of. */
  isUncertain = false;
  readonly policy: RetryPolicy;

  constructor({ backoff, onFull, idempotencyKey }: StartContext) {
    this.key = idempotencyKey ?? newIdempotencyKey();
    const decide = startPolicy(backoff);
    this.policy = (failure, attempt) => {
      if (startOutcome(failure.error) === 'unknown') this.isUncertain = true;
      if (isFull(failure.error)) onFull?.();
      return decide(failure, attempt);
    };
  }

  get elapsedMs(): number {
    return performance.now() - this.#since;
  }
}

/** An answer that breaks the contract but names its session: that session is of no use, so it is stopped. */
async function readSession(
  answer: Answer<'startSession'>,
  { http }: StartContext,
): Promise<SessionInfo> {
  try {
    return answer.read();
  } catch (error) {
    const id = /"session_id"\s*:\s*"([^"\\]+)"/.exec(answer.text)?.[1];
    if (id !== undefined)
      await http
        .send('stopSession', { purpose: `stop session ${id}`, params: { sessionId: id } })
        .catch(() => undefined);
    throw error;
  }
}

/**
 * Stops what the tries have made beside the session that came of them. Where the API does not tell which that is, the sessions that
 * appeared since the first try are told; also when that could not be found out.
 */
async function settle(
  tries: StartTries,
  context: StartContext,
  end: { startedId: string } | { lastError: unknown },
): Promise<void> {
  const windowMs = tries.elapsedMs + CLOCK_SLACK_MS;
  const startedId = 'startedId' in end ? end.startedId : undefined;
  const happened =
    startedId === undefined
      ? 'A start failed without a clear answer'
      : `Session ${startedId} was started after a try that got no answer`;
  try {
    const others = (await listSince(windowMs, context)).filter(
      ({ id }) => id !== startedId && !context.isOwn(id),
    );
    const made = others.find(({ idempotencyKey }) => idempotencyKey === tries.key);
    if (made) {
      await requestStop(context.http, made.id);
      return;
    }
    context.onUnclear?.();
    const suspects = others
      .filter(({ idempotencyKey }) => idempotencyKey === null) // of the others it is known whose they are
      .map(({ id }) => id);
    if (suspects.length === 0) return;
    const message = `${happened}, so another session may run unused. Sessions that appeared meanwhile and that this client does not know: ${suspects.join(', ')}. Stop them unless they are somebody else's.`;
    context.onWarning({
      code: 'possible_orphan',
      message,
      sessionIds: suspects,
      cause: 'lastError' in end ? end.lastError : undefined,
    });
  } catch (cause) {
    context.onUnclear?.();
    const message = `${happened}, so a session may run unused, and the list of sessions could not be read: ${(cause as Error).message} Look at the running sessions later; its idle timeout ends it at the latest.`;
    context.onWarning({ code: 'possible_orphan', message, sessionIds: [], cause });
  }
}

/** The running sessions that are at most so old, by the clock of the API. */
async function listSince(windowMs: number, { http }: StartContext): Promise<SessionInfo[]> {
  const answer = await http.send('listSessions', {
    purpose: 'look for sessions that a lost start has left',
    query: { onlyActive: true, onlyCurrentToken: true, pageSize: 100 },
    timeoutMs: ORPHAN_CHECK_MS,
  });
  const { items } = answer.read();
  const nowMs = Date.parse(single(answer.headers['date']) ?? '') || Date.now();
  return items.filter(
    ({ status, createdAt }) => status === 'active' && createdAt.getTime() >= nowMs - windowMs,
  );
}
