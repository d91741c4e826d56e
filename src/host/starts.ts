/** Starts of sessions: the request, and the record of a start that is made before there is a session. */
import { createHash } from 'node:crypto';
import { withoutNulls } from '../base/json';
import { newIdempotencyKey } from '../base/tokens';
import type { Session, SessionsClient, StartSessionOptions } from '../client/index';
import type { StartOptions } from '../contract/session';
import { DEFAULT_START_TIMEOUT_MS } from '../options/defaults';
import { cdpEndpointOf, hasRemoteApi, providerOf } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { AcquireRequest, BegunStart, StartOutcome } from './protocol';

/** Records starts, so that the session of a start is found even if its caller dies. */
export interface StartBook {
  startBegan(start: BegunStart): Promise<unknown>;
  startEnded(start: BegunStart, outcome: StartOutcome): Promise<unknown>;
}

/**
 * Starts a session that a book knows of before it exists.
 * @throws the error of the start, or of the book: then nothing was started, or the session is stopped
 */
export async function startInBook(
  book: StartBook,
  options: Pick<StartSessionOptions, 'idempotencyKey' | 'onUnclear' | 'startTimeout'>,
  start: (how: Pick<StartSessionOptions, 'idempotencyKey' | 'onUnclear'>) => Promise<Session>,
): Promise<Session> {
  const { idempotencyKey = newIdempotencyKey(), startTimeout = DEFAULT_START_TIMEOUT_MS } = options;
  const startedAt = Date.now();
  const begun = { key: idempotencyKey, startedAt, startsUntil: startedAt + startTimeout };
  const outcome: StartOutcome = { sessionId: null, isUnclear: false };
  const onUnclear = (): void => {
    outcome.isUnclear = true;
    options.onUnclear?.();
  };
  await book.startBegan(begun);
  const session = await start({ idempotencyKey, onUnclear }).catch(async (error: unknown) => {
    await book.startEnded(begun, outcome).catch(() => undefined); // it stays in the book
    throw error;
  });
  try {
    await book.startEnded(begun, { ...outcome, sessionId: session.id });
  } catch (error) {
    await session.stop();
    throw error;
  }
  return session;
}

/** How the caller takes part in a start. */
export interface StartWatch {
  /** Called when there seems to be no capacity now: the API says so, or takes long. */
  onFull: () => void;
  /** Aborted when the session is not needed any more. */
  signal: AbortSignal;
}

/** A start that takes longer, in milliseconds, seems to wait for capacity. Most take a second or two. */
const SLOW_START_MS = 5_000;

/**
 * Starts a session.
 * @param watch.saysFull - called when the API says that there is no capacity now
 */
export async function startWatched(
  client: SessionsClient,
  options: StartSessionOptions,
  { onFull, signal, saysFull }: StartWatch & { saysFull?: () => void },
): Promise<Session> {
  const timer = setTimeout(onFull, SLOW_START_MS).unref();
  const onRefusal = (): void => {
    saysFull?.();
    onFull();
  };
  return client.start({ ...options, onFull: onRefusal, signal }).finally(() => clearTimeout(timer));
}

/** The request to the session API: the user's options, completed by those of the Playwright project. */
export function startOptions({ options, browser }: AcquireRequest): StartOptions {
  const start: StartOptions = { ...wireOptions(options), ...cdpEndpointOf(options) };
  if (start.cdpUrl !== undefined) return start; // the browser of another provider runs already
  start.headless ??= browser.headless ?? true;
  if (browser.proxy && options.proxies === undefined && !providerOf(options))
    start.proxies = [{ type: 'external', ...withoutNulls(browser.proxy) }];
  return start;
}

/** Identifies the options of a session. Leaves out how many sessions there may be, how long to wait for one, and what the API ignores. */
export function keyOf(request: AcquireRequest): string {
  const { maxSessions, startTimeout, ...options } = request.options;
  const ofBrowser = hasRemoteApi(request.options) ? startOptions(request) : request.browser;
  return createHash('sha256')
    .update(JSON.stringify([options, ofBrowser]))
    .digest('hex')
    .slice(0, 16);
}

/** The session options that the contract knows. */
function wireOptions(options: SessionOptions): StartOptions {
  const {
    apiUrl,
    apiKey,
    backend,
    gridUrl,
    capabilities,
    sessionId,
    startTimeout,
    maxSessions,
    transport,
    exposeNetwork,
    keepFailed,
    executablePath,
    viewport,
    ...start
  } = options;
  return viewport ? { ...start, viewport } : start;
}
