/** What reports tell of the sessions of a run: where they came from, when they began, and how they ended. */
import { isCloud } from '../options/source';
import type { SessionFacts } from '../story/test-story';
import type { HeldSession } from './held-session';
import type { SessionLife } from './protocol';

/** The lives of the sessions that have ended. */
export class Lives {
  readonly #lives = new Map<string, SessionLife>();

  /** In the order of their ends. */
  get all(): SessionLife[] {
    return [...this.#lives.values()];
  }

  /** How long they lasted, added up, in milliseconds. */
  get browserMs(): number {
    return this.all.reduce((sumMs, { readyMs, endMs }) => sumMs + endMs - readyMs, 0);
  }

  /** A session is about to be stopped, or has died before. One that no worker has had is not told of, unless it costs. */
  ended(held: HeldSession): void {
    if (!held.wasTaken && !held.isCostly) return;
    const end = held.hasDied ? 'died' : 'stopped';
    this.#lives.set(held.session.id, { ...factsOf(held), end, endMs: Date.now() });
  }

  /** It could not be stopped. */
  left(sessionId: string): void {
    const life = this.#lives.get(sessionId);
    if (life) life.end = 'left';
  }
}

/** What is known of a session that runs. */
export function factsOf(held: HeldSession): SessionFacts {
  const { session, source, startedAtMs, startMs, isCostly } = held;
  return {
    id: session.id,
    source: source.label,
    readyMs: startedAtMs,
    startMs,
    isBilled: isCostly && isCloud(source.api.url),
  };
}
