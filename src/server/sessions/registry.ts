/** All sessions of a server: starts them within its limits, finds them, and ends them. */
import { createHash } from 'node:crypto';
import { environment } from '../../options/environment';
import { decodeStartRequest } from '../../contract/start';
import type { StartOptions } from '../../contract/session';
import { notFound, refused, tooMany, unavailable } from '../../contract/refusals';
import type { ProfileStore } from '../data/profiles';
import { LiveSession } from './session';
import type { BrowserSettings } from '../browsers/session-browser';
import type { DataFolder } from '../data/data-folder';
import { FinishedSession } from './finished-session';
import { Retention } from './retention';
import { loadSessions } from './session-archive';
import { FolderKeeper } from './session-keeper';
import { recordOf, saveRecord } from './session-record';
import { planSession, type SessionPlan } from '../browsers/session-plan';
import type { FileStorage } from '../data/storage';
import { prepareBrowser, type PreparedBrowser } from './prepared-browser';
import { WarmBrowsers } from './warm-browsers';

/** How long a caller that is refused for lack of room should wait, in milliseconds: about the length of a short test. */
const RETRY_AFTER_MS = 5_000;

/** What a registry needs to know. */
export interface RegistryOptions {
  data: DataFolder;
  profiles: ProfileStore;
  storage: FileStorage;
  /** How long an ended session and everything of it is kept, in milliseconds. */
  retentionMs: number;
  browser: BrowserSettings;
  /** What sessions are that do not say. */
  headless: boolean;
  /** Sessions at the same time. */
  maxSessions: number;
  /** Record every session from its start. */
  recordAlways: boolean;
  /** Log the requests of every session from its start. */
  logAlways: boolean;
  /** Browsers that wait for sessions; they do not count as sessions. */
  warm: number;
  /** Length of a minute, in milliseconds; shorter in tests. */
  minuteMs: number;
}

/** A session of this server; `ensureActive` gives the running one. */
export type AnySession = LiveSession | FinishedSession;

/** A start that is remembered by the key its caller gave, so that a repeated request gets the same session. */
interface RememberedStart {
  requestHash: string;
  session: Promise<AnySession>;
  /** Known once it has started. */
  id?: string;
}

/** The sessions of one server, ended ones included. */
export class SessionRegistry {
  /** What users should be told, each once; such as that the sandbox is off. */
  readonly notices = new Set<string>();
  readonly #options: RegistryOptions;
  /** Oldest first. */
  readonly #sessions = new Map<string, AnySession>();
  readonly #retention: Retention<AnySession>;
  readonly #starts = new Map<string, RememberedStart>();
  readonly #starting = new Set<Promise<LiveSession>>();
  readonly #closing = new AbortController();
  #warm: WarmBrowsers | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#retention = new Retention(options.retentionMs, async (session) => this.#forget(session));
  }

  /** Takes over what earlier servers on the same folder left. To be called first. */
  async load(): Promise<void> {
    const { data, retentionMs } = this.#options;
    for (const session of await loadSessions(data.sessions, retentionMs)) {
      this.#sessions.set(session.id, session);
      this.#retention.add(session, session.endedAt);
    }
  }

  /** Starts the browsers that wait for sessions, where there shall be any. To be called once. */
  warmUp(): void {
    const { warm } = this.#options;
    if (warm > 0)
      this.#warm = new WarmBrowsers({
        count: warm,
        plan: this.#plan(decodeStartRequest({})),
        prepare: async (plan) => this.#prepare(plan),
      });
  }

  /** How many browsers wait for a session, ready to begin. */
  get warm(): number {
    return this.#warm?.ready ?? 0;
  }

  /** All sessions, newest first. */
  get all(): AnySession[] {
    return [...this.#sessions.values()].reverse();
  }

  /** @throws {@link NotFoundError} when there never was such a session, or it is forgotten */
  get(id: string): AnySession {
    const session = this.#sessions.get(id);
    if (!session)
      throw notFound(
        `There is no session ${id}. It never was, or it ended too long ago to be kept.`,
      );
    return session;
  }

  /** Logs the requests of a session from now on, while it runs. A browser that is gone ends the session by itself. */
  async logNetwork(id: string): Promise<void> {
    const session = this.get(id);
    if (session instanceof LiveSession) await session.networkLog.start().catch(() => {});
  }

  /** The session, if there is one. */
  find(id: string): AnySession | undefined {
    return this.#sessions.get(id);
  }

  /**
   * Starts a session, or gives back the one that an earlier request with the same key started.
   * @throws {@link InvalidRequestError} for what this server cannot do, and for a key that was used for another request
   * @throws {@link RateLimitError} when there is no room
   */
  start(request: StartOptions, idempotencyKey?: string): Promise<AnySession> {
    if (idempotencyKey === undefined) return this.#start(request);
    const requestHash = createHash('sha256').update(JSON.stringify(request)).digest('hex');
    const earlier = this.#starts.get(idempotencyKey);
    if (earlier && earlier.requestHash !== requestHash)
      throw refused('Invalid start request', [
        {
          path: '',
          message: 'this Idempotency-Key was used for another request; make a new key for each',
        },
      ]);
    if (earlier) return earlier.session;
    const session = this.#start(request);
    const start: RememberedStart = { requestHash, session };
    this.#starts.set(idempotencyKey, start);
    session.then(
      ({ id }) => (start.id = id),
      () => this.#starts.delete(idempotencyKey),
    ); // what failed may be tried again
    return session;
  }

  /** Ends every session, removes what is not kept, and starts no more. */
  async close(): Promise<void> {
    this.#closing.abort(); // a browser that hangs at its start is not waited for
    this.#retention.stop();
    await Promise.allSettled([...this.#starting, this.#warm?.close()]);
    const end = async (session: AnySession): Promise<void> => {
      await session.end({ status: 'closed', reason: 'The session server was closed.' });
      if (!this.#options.data.isKept) await session.dispose();
    };
    await Promise.allSettled(this.all.map(end));
  }

  async #start(request: StartOptions): Promise<LiveSession> {
    const { maxSessions } = this.#options;
    this.#refuseClosing();
    const plan = this.#plan(request);
    const active = this.all.filter(({ status }) => status === 'active').length;
    if (active + this.#starting.size >= maxSessions)
      throw tooMany(
        `All ${maxSessions} sessions of this server are in use. Stop one, or wait.`,
        RETRY_AFTER_MS,
      );
    const opening = this.#open(plan);
    this.#starting.add(opening);
    try {
      return await opening;
    } catch (error) {
      this.#refuseClosing(); // that is why
      throw error;
    } finally {
      this.#starting.delete(opening);
    }
  }

  #refuseClosing(): void {
    if (this.#closing.signal.aborted) throw unavailable('The session server is closing.');
  }

  #plan(request: StartOptions): SessionPlan {
    return planSession(request, {
      defaultHeadless: this.#options.headless,
      canShowWindow: process.platform !== 'linux' || environment.hasDisplay,
    });
  }

  async #prepare(plan: SessionPlan): Promise<PreparedBrowser> {
    const { data, profiles, browser } = this.#options;
    const settings = { ...browser, signal: this.#closing.signal };
    return prepareBrowser(plan, { data, profiles, settings });
  }

  async #open(plan: SessionPlan): Promise<LiveSession> {
    const { storage, minuteMs } = this.#options;
    const { id, folder, profile, browser } = this.#warm?.take(plan) ?? (await this.#prepare(plan));
    let session: LiveSession | undefined;
    try {
      const keeper = new FolderKeeper(profile, async (ended) => this.#archive(ended));
      const files = plan.request.useFileStorage === false ? undefined : storage.forSession(folder);
      session = new LiveSession({ id, plan, browser, folder, minuteMs, keeper, files });
      keeper.follow(session);
      await profile?.applyCookies(browser.connection);
      await this.#admit(session);
      await this.#keepAlways(session);
      return session;
    } catch (error) {
      await session?.end({ status: 'error', reason: 'It could not be started.' });
      await folder.remove();
      throw error;
    }
  }

  /** Begins to keep what every session keeps, before its caller can open a page. One that misses some of it is still a session. */
  async #keepAlways(session: LiveSession): Promise<void> {
    const { recordAlways, logAlways } = this.#options;
    if (recordAlways) session.recording.start().catch(() => {}); // its replay tells why
    await session.downloads?.start().catch(() => {});
    if (logAlways) await this.logNetwork(session.id);
  }

  async #admit(session: LiveSession): Promise<void> {
    for (const notice of session.browser.notices) this.notices.add(notice);
    await saveRecord(session.folder, recordOf(session, null)); // from now on a restart knows of it
    this.#refuseClosing();
    this.#sessions.set(session.id, session);
    if (session.status !== 'active') await this.#archive(session); // its browser was quick to die
  }

  async #archive(session: LiveSession): Promise<void> {
    const record = recordOf(session, session.reason);
    await saveRecord(session.folder, record).catch((error: unknown) =>
      this.notices.add(
        `What is known of session ${session.id} could not be written down: ${String(error)}`,
      ),
    ); // it is known until the server ends
    await session.recording.dispose();
    if (this.#sessions.get(session.id) !== session) return;
    const finished = new FinishedSession(session.folder, record);
    this.#sessions.set(session.id, finished);
    for (const start of this.#starts.values())
      if (start.id === session.id) start.session = Promise.resolve(finished);
    this.#retention.add(finished, finished.endedAt);
  }

  async #forget({ id }: AnySession): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    for (const [key, start] of this.#starts) if (start.id === id) this.#starts.delete(key);
    await session?.dispose();
  }
}
