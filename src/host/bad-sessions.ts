/** Decides what happens to sessions that a worker cannot use: they are withdrawn, kept, or refused to a test. */
import { logOf } from '../base/log';
import { SessionwrightError } from '../contract/errors';
import { cdpUrlOf } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { HeldSession } from './held-session';
import type { BadSessionAnswer, BadSessionReason, SessionCheck } from './protocol';

/** After a replacement that could not be connected to either, sessions are not replaced for this time, in milliseconds. */
const PAUSE_MS = 300_000;

const log = logOf('lease');

/** A lease, as far as these decisions need it. */
interface Leased {
  key: string;
  request: { options: SessionOptions };
}

/** The bad sessions of one run. */
export class BadSessions {
  /** When an unreachable session was replaced last, by the key of its options, by `performance.now()`. */
  readonly #replacedMs = new Map<string, number>();
  /** Ids of attached sessions whose browser did not clear what a test left. */
  readonly #notCleared = new Set<string>();

  /** Withdraws a session, if another one may be better. */
  async report(
    held: HeldSession,
    { key, request }: Leased,
    reason: BadSessionReason,
  ): Promise<BadSessionAnswer> {
    if (reason === 'connection-lost') return { isWithdrawn: false, loss: await held.whyLost() };
    const isAttached = request.options.sessionId !== undefined;
    if (reason === 'not-cleared' && isAttached) this.#notCleared.add(held.session.id);
    const isKept =
      (reason === 'health-check-failed' && !(await held.isUnresponsive())) ||
      (reason === 'connect-failed' && (isAttached || !this.mayReplace(key)));
    if (!isKept) {
      log('session %s is withdrawn: %s', held.session.id, reason);
      held.withdraw();
    }
    return { isWithdrawn: !isKept, loss: null };
  }

  /** Whether an unreachable session may be replaced: the first one, and again after a while. */
  mayReplace(key: string): boolean {
    const nowMs = performance.now();
    if (nowMs - (this.#replacedMs.get(key) ?? -Infinity) < PAUSE_MS) return false;
    this.#replacedMs.set(key, nowMs);
    return true;
  }

  /** A worker is connected to a session with these options. */
  connected(key: string): void {
    this.#replacedMs.delete(key);
  }

  /** @throws {@link SessionwrightError} `session_not_cleared` for options that attach to a session that was not cleared */
  checkAttach({ sessionId }: SessionOptions): void {
    if (sessionId === undefined || !this.#notCleared.has(sessionId)) return;
    const message = `Session ${sessionId} is not reused: its browser did not close the pages of a test and clear its data within 10 s (isolation 'session'). It was attached (sessionOptions.sessionId), so it cannot be replaced. Attach to another one, or use isolation 'context'.`;
    throw new SessionwrightError(message, { code: 'session_not_cleared' });
  }
}

/**
 * Withdraws a session whose browser remembers options that the next test does not set.
 * @throws {@link SessionwrightError} `session_not_cleared` if no other session can replace it
 */
export function withdrawIfRemembered(
  held: HeldSession | undefined,
  { options }: { options: SessionOptions },
  { ownContext, hasOpenContexts }: SessionCheck,
): void {
  if (!held || !ownContext || ownContext.keepState) return;
  const names = held.notForgotten(ownContext.lasting);
  if (names.length === 0) return;
  const { id } = held.session;
  const { sessionId } = options;
  const attachedBy = sessionId === undefined ? 'cdpUrl' : 'sessionId';
  if ((sessionId ?? cdpUrlOf(options)) !== undefined)
    throw remembered(id, names, `it was attached (sessionOptions.${attachedBy})`);
  if (hasOpenContexts === true) throw remembered(id, names, 'a hook keeps a page open on it');
  log('session %s is withdrawn: its browser remembers %s', id, names.join());
  held.withdraw();
}

function remembered(id: string, names: readonly string[], why: string): SessionwrightError {
  const message = `This test cannot use session ${id}: an earlier test set ${names.join(' and ')} there (isolation 'session'). A browser does not forget the effect, and the session cannot be replaced: ${why}. Set the same options for all tests, or use isolation 'context'.`;
  return new SessionwrightError(message, { code: 'session_not_cleared' });
}
