/** All sessions of a server, ended ones included. */
import type { StartOptions } from '../../contract/session';
import type { TestNote } from '../../contract/test-notes';
import { notFound } from '../../contract/refusals';
import { isTheirs, OPERATOR, type Account } from '../accounts/account';
import {
  EndedSession,
  loadSessions,
  recordOf,
  saveRecord,
  type DamagedSession,
} from './ended-session';
import { LiveSession } from './session';
import { SessionStarts, type Starter, type StartsOptions } from './session-starts';

/** How often old sessions are removed, in milliseconds, unless they are kept for less. */
const SWEEP_MS = 60_000;

/** What a registry needs. */
export interface RegistryOptions extends StartsOptions {
  /** How long an ended session and its files are kept, in milliseconds. */
  retentionMs: number;
}

/** A session of this server; `ensureActive` returns a running one. */
export type AnySession = LiveSession | EndedSession;

/** How many sessions there are. */
export interface SessionCounts {
  /** Running sessions. */
  active: number;
  /** Starts in progress. */
  starting: number;
  /** Starts that wait for capacity. */
  waiting: number;
}

/** The sessions of one server. */
export class SessionRegistry {
  /** Messages for users, each once, such as that the sandbox is off. */
  readonly notices = new Set<string>();
  readonly starts: SessionStarts;
  readonly #options: RegistryOptions;
  /** Oldest first. */
  readonly #sessions = new Map<string, AnySession>();
  readonly #damaged = new Map<string, DamagedSession>();
  readonly #sweeping: NodeJS.Timeout;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.starts = new SessionStarts(options, {
      add: async (session) => this.#add(session),
      archive: async (session) => this.#archive(session),
      end: async (id, end) => this.#sessions.get(id)?.end(end),
    });
    const sweepMs = Math.min(options.retentionMs + 1, SWEEP_MS);
    this.#sweeping = setInterval(() => this.#forgetOld(), sweepMs).unref();
  }

  /** Takes over what earlier servers on the same folder left. Call it first. */
  async load(): Promise<void> {
    const { ended, damaged } = await loadSessions(this.#options.data.sessions);
    for (const session of ended) this.#sessions.set(session.id, session);
    for (const session of damaged) {
      this.#damaged.set(session.id, session);
      this.notices.add(session.error.message);
    }
    this.#forgetOld();
  }

  /** All sessions, newest first. */
  get all(): AnySession[] {
    return [...this.#sessions.values()].reverse();
  }

  /**
   * @param account - the caller; only the session's owner and the operator find it
   * @throws {@link NotFoundError} for an unknown or forgotten session; {@link DamagedFileError} when its record cannot be read
   */
  get(id: string, account: Account = OPERATOR): AnySession {
    const session = this.#sessions.get(id);
    const damaged = this.#damaged.get(id)?.error;
    if (damaged?.isFor(account)) throw damaged;
    if (!session || !isTheirs(account, session.owner))
      throw notFound(
        `There is no session ${id}. It never was, or it ended too long ago to be kept.`,
      );
    return session;
  }

  /** The session, if there is one. */
  find(id: string): AnySession | undefined {
    return this.#sessions.get(id);
  }

  /** Logs the requests of a session from now on, while it runs. */
  async logNetwork(id: string): Promise<void> {
    const session = this.get(id);
    if (session instanceof LiveSession) await session.networkLog.start().catch(() => {}); // its browser is gone, which ends it
  }

  /** Takes reports on the tests in a running session. */
  noteTests(id: string, notes: readonly TestNote[]): void {
    const session = this.#sessions.get(id);
    if (session instanceof LiveSession && session.status === 'active') session.note(notes);
  }

  /**
   * Starts a session.
   * @throws as {@link SessionStarts.start}
   */
  async start(request: StartOptions, starter: Starter): Promise<AnySession> {
    return this.get(await this.starts.start(request, starter));
  }

  /** How many sessions there are now. */
  get counts(): SessionCounts {
    return { active: this.#active.length, ...this.starts.counts };
  }

  /** How many running sessions an account has. */
  activeOf(name: string): number {
    return this.#active.filter(({ owner }) => owner === name).length;
  }

  /** Refuses starts, waiting ones included, and resolves when the last running session has ended. */
  async drain(): Promise<void> {
    await this.starts.drain();
    const ended = this.#active.map(
      async (session) => new Promise<void>((resolve) => session.onEnd(resolve)),
    );
    await Promise.all(ended);
  }

  /** Ends every session, removes what is not kept, and refuses starts. */
  async close(): Promise<void> {
    clearInterval(this.#sweeping);
    await this.starts.close();
    const end = async (session: AnySession): Promise<void> => {
      await session.end({ status: 'closed', reason: 'The session server was closed.' });
      if (!this.#options.data.isKept) await session.dispose();
    };
    await Promise.allSettled(this.all.map(end));
  }

  get #active(): LiveSession[] {
    return this.all.filter(
      (session): session is LiveSession =>
        session instanceof LiveSession && session.status === 'active',
    );
  }

  async #add(session: LiveSession): Promise<void> {
    for (const notice of session.browser.notices) this.notices.add(notice);
    this.#sessions.set(session.id, session);
    if (session.status !== 'active') await this.#archive(session); // its browser died at once
  }

  async #archive(session: LiveSession): Promise<void> {
    const record = recordOf(session);
    await saveRecord(session.folder, record).catch((error: unknown) =>
      this.notices.add(`Could not write the record of session ${session.id}: ${String(error)}`),
    ); // it is in memory until the server ends
    await session.recording.dispose();
    if (this.#sessions.get(session.id) !== session) return;
    const ended = new EndedSession(session.folder, record);
    if (ended.status !== 'active') this.#options.metrics.ended.add(ended.status);
    this.#sessions.set(session.id, ended);
  }

  #forgetOld(): void {
    const oldestMs = Date.now() - this.#options.retentionMs;
    for (const session of [...this.#sessions.values(), ...this.#damaged.values()]) {
      if (session instanceof LiveSession) continue; // it has ended, perhaps, but still writes its record
      if (session.endedAt.getTime() <= oldestMs) this.#forget(session);
    }
  }

  #forget(session: EndedSession | DamagedSession): void {
    this.#sessions.delete(session.id);
    this.#damaged.delete(session.id);
    this.starts.forget(session.id);
    session.dispose().catch(() => {}); // a file may be in use; the next server tries again
  }
}
