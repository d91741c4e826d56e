/** All sessions of a server: starts them within its limits, finds them, and ends them. */
import { createHash, randomUUID } from 'node:crypto';
import { environment } from '../options/environment';
import type { StartOptions } from '../contract/session';
import { notFound, refused, tooMany, unavailable } from './errors';
import { LiveSession } from './session';
import type { BrowserSettings } from './session-browser';
import { openSessionBrowser } from './session-browser';
import { SessionFolder } from './session-folder';
import { planSession } from './start-options';

/** How long a caller that is refused for lack of room should wait, in milliseconds: about the length of a short test. */
const RETRY_AFTER_MS = 5_000;
/** How long an ended session and its recording are kept, in milliseconds: 24 hours, as the contract's documentation says. */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** What a registry needs to know. */
export interface RegistryOptions {
  workDir: string;
  browser: BrowserSettings;
  /** What sessions are that do not say. */
  headless: boolean;
  /** Sessions at the same time. */
  maxSessions: number;
  /** Record every session from its start. */
  recordAlways: boolean;
  /** Log the requests of every session from its start. */
  logNetworkAlways: boolean;
  /** Length of a minute, in milliseconds; shorter in tests. */
  minuteMs: number;
}

/** A start that is remembered by the key its caller gave, so that a repeated request gets the same session. */
interface RememberedStart {
  requestHash: string;
  session: Promise<LiveSession>;
}

/** The sessions of one server, ended ones included. */
export class SessionRegistry {
  /** What users should be told, each once; such as that the sandbox is off. */
  readonly notices = new Set<string>();
  readonly #options: RegistryOptions;
  readonly #sessions = new Map<string, LiveSession>();
  readonly #starts = new Map<string, RememberedStart>();
  readonly #starting = new Set<Promise<LiveSession>>();
  #isClosed = false;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** All sessions, newest first. */
  get all(): LiveSession[] {
    return [...this.#sessions.values()].reverse();
  }

  /** @throws {@link NotFoundError} when there never was such a session, or it is forgotten */
  get(id: string): LiveSession {
    const session = this.#sessions.get(id);
    if (!session) throw notFound(`There is no session ${id}. It never was, or it ended more than a day ago.`);
    return session;
  }

  /** The session, if there is one. */
  find(id: string): LiveSession | undefined {
    return this.#sessions.get(id);
  }

  /**
   * Starts a session, or gives back the one that an earlier request with the same key started.
   * @throws {@link InvalidRequestError} for what this server cannot do, and for a key that was used for another request
   * @throws {@link RateLimitError} when there is no room
   */
  start(request: StartOptions, idempotencyKey?: string): Promise<LiveSession> {
    if (idempotencyKey === undefined) return this.#start(request);
    const requestHash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    const earlier = this.#starts.get(idempotencyKey);
    if (earlier && earlier.requestHash !== requestHash) throw refused('Invalid start request', [{ path: '', message: 'this Idempotency-Key was used for another request; make a new key for each' }]);
    if (earlier) return earlier.session;
    const session = this.#start(request);
    this.#starts.set(idempotencyKey, { requestHash, session });
    session.catch(() => this.#starts.delete(idempotencyKey)); // what failed may be tried again
    return session;
  }

  /** Ends every session, removes what it left, and starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#starting);
    await Promise.allSettled(this.all.map((session) => session.end({ status: 'closed', reason: 'The session server was closed.' }).then(() => session.dispose())));
  }

  async #start(request: StartOptions): Promise<LiveSession> {
    const { headless, maxSessions } = this.#options;
    const plan = planSession(request, { defaultHeadless: headless, canShowWindow: process.platform !== 'linux' || environment.hasDisplay });
    const active = this.all.filter(({ status }) => status === 'active').length;
    if (active + this.#starting.size >= maxSessions) throw tooMany(`All ${maxSessions} sessions of this server are in use. Stop one, or wait.`, RETRY_AFTER_MS);
    const opening = this.#open(plan);
    this.#starting.add(opening);
    try {
      return await opening;
    } finally {
      this.#starting.delete(opening);
    }
  }

  async #open(plan: ReturnType<typeof planSession>): Promise<LiveSession> {
    const { workDir, browser: settings, minuteMs, recordAlways, logNetworkAlways } = this.#options;
    const id = randomUUID();
    const folder = await SessionFolder.create(workDir, id);
    try {
      const browser = await openSessionBrowser(plan, settings, folder.profile);
      const session = new LiveSession({ id, plan, browser, folder, minuteMs });
      await this.#admit(session);
      if (recordAlways) session.recording.start().catch(() => {}); // a session without its recording is still a session; its replay tells why
      if (logNetworkAlways) await session.networkLog.start().catch(() => {}); // before its caller can open a page; a browser that is gone ends the session by itself
      return session;
    } catch (error) {
      await folder.remove();
      throw error;
    }
  }

  async #admit(session: LiveSession): Promise<void> {
    for (const notice of session.browser.notices) this.notices.add(notice);
    if (this.#isClosed) {
      await session.end({ status: 'closed', reason: null });
      throw unavailable('The session server is closing.');
    }
    this.#sessions.set(session.id, session);
    session.onEnd(() => setTimeout(() => void this.#forget(session), RETENTION_MS).unref());
  }

  async #forget(session: LiveSession): Promise<void> {
    this.#sessions.delete(session.id);
    for (const [key, { session: started }] of this.#starts) if ((await started.catch(() => undefined)) === session) this.#starts.delete(key);
    await session.dispose();
  }
}
