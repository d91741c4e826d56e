/**
 * Starts a session, and reports a second one that may be left.
 *
 * A start without an answer may have started a session. All tries carry the same `Idempotency-Key`. A server that supports it returns
 * the session of the first try, and echoes the header; if the start failed, we find its session by the key and stop it. On other
 * servers we list the sessions that appeared meanwhile and report them: they may be the lost one, or belong to another process with
 * the same API key.
 */
import { newIdempotencyKey } from '../base/tokens';
import { ContractError, SessionwrightError } from '../contract/errors';
import { headers } from '../contract/headers';
import type { SessionInfo, StartOptions } from '../contract/session';
import { single, type Answer, type HttpClient } from './http';
import type { ClientWarning } from './options';
import { isFull, startOutcome, startPolicy, type Backoff, type RetryPolicy } from './retry-policy';
import { requestStop } from './session-calls';

/** Parameters of {@link startSession}. */
export interface StartContext {
  http: HttpClient;
  backoff: Backoff;
  /** Time for all tries, in milliseconds. */
  timeoutMs: number;
  /** When aborted, a failed try is not repeated. */
  giveUp: AbortSignal;
  /** Aborts the start at once. */
  signal: AbortSignal | undefined;
  /** Called each time the API has no free capacity. */
  onFull: (() => void) | undefined;
  /** `Idempotency-Key` of the start. @default a random one */
  idempotencyKey: string | undefined;
  /** Called at the end if an unknown session may be left. */
  onUnclear: (() => void) | undefined;
  onWarning: (warning: ClientWarning) => void;
  /** Whether this client started the session. */
  isOwn: (sessionId: string) => boolean;
}

/** Time limit of the search for sessions of a lost answer, in milliseconds. */
const ORPHAN_CHECK_MS = 10_000;
/** Tolerance for the API's clock, in milliseconds: `Date` headers have whole seconds. */
const CLOCK_SLACK_MS = 2_000;

/**
 * Starts a session.
 * @throws the error of the last try; {@link OptionsError} before any request
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

/** Whether a session may be active although its start failed: its answer was invalid, or our own code failed. */
function mayHaveStarted(error: unknown): boolean {
  if (!(error instanceof SessionwrightError)) return true;
  return error instanceof ContractError && error.status !== undefined && error.status < 300;
}

/** The tries of one start. */
class StartTries {
  readonly key: string;
  readonly #since = performance.now();
  /** Whether a try may have started a session without an answer. */
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

/** Reads the answer. If it breaks the contract but contains an id, stops that session. */
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
 * Stops the sessions that tries started in addition to the returned one. If the API does not identify them, reports the sessions that
 * appeared since the first try, or that they are unknown.
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
      .filter(({ idempotencyKey }) => idempotencyKey === null) // a key identifies the owners of the others
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

/** Returns the active sessions up to this age, by the clock of the API. */
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
