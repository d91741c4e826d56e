/** All sessions of a server: starts them within its limits, finds them, and ends them. */
import { logOf } from '../../base/log';
import { Pending } from '../../base/pending';
import { environment } from '../../options/environment';
import { decodeStartRequest } from '../../contract/start';
import type { TestNote } from '../../contract/test-notes';
import type { StartOptions } from '../../contract/session';
import { notFound } from '../../contract/refusals';
import { isTheirs, OPERATOR, type Account } from '../accounts/account';
import type { ServerMetrics } from '../metrics/server-metrics';
import type { ProfileStore } from '../data/profiles';
import type { HeavyWork } from '../../work/heavy-work';
import { LiveSession } from './session';
import type { BrowserSettings } from '../browsers/session-browser';
import type { DataFolder } from '../data/data-folder';
import { Capacity, timedOutOnGrid, type CapacityOptions, type CapacityRequest } from './capacity';
import { closing, draining } from './closing-errors';
import { FinishedSession } from './finished-session';
import { RememberedStarts } from './remembered-starts';
import { Retention } from './retention';
import { loadSessions, type DamagedSession } from './session-archive';
import { FolderKeeper } from './session-keeper';
import { recordOf, saveRecord } from './session-record';
import { planSession, type SessionPlan } from '../browsers/session-plan';
import type { FileStorage } from '../data/storage';
import { prepareBrowser, type PreparedBrowser } from './prepared-browser';
import { WarmBrowsers } from './warm-browsers';

const log = logOf('server');

/** What a registry needs to know. */
export interface RegistryOptions extends CapacityOptions {
  data: DataFolder;
  profiles: ProfileStore;
  storage: FileStorage;
  /** How long an ended session and everything of it is kept, in milliseconds. */
  retentionMs: number;
  browser: BrowserSettings;
  /** What sessions are that do not say. */
  headless: boolean;
  /** Record every session from its start. */
  recordAlways: boolean;
  /** Log the requests of every session from its start. */
  logAlways: boolean;
  /** Browsers that wait for sessions; they do not count as sessions. */
  warm: number;
  /** How long a start may wait on a Grid, in milliseconds; undefined for as long as its caller. */
  maxGridWaitMs?: number | undefined;
  metrics: ServerMetrics;
  /** Does the heavy work of sessions. */
  work: HeavyWork;
  /** Length of a minute, in milliseconds; shorter in tests. */
  minuteMs: number;
}

/** A session of this server; `ensureActive` gives the running one. */
export type AnySession = LiveSession | FinishedSession;

/** The sessions of a moment. */
export interface SessionCounts {
  /** Those that run. */
  active: number;
  /** Those that are just starting. */
  starting: number;
  /** Starts that wait for a place. */
  waiting: number;
}

/** Who starts a session. */
export interface Starter {
  account: Account;
  /** Aborted when the caller has left: while it waits for a place, it is taken out of the queue. */
  leaving: AbortSignal;
  /** By which a repeated request is known; undefined for one that is not repeated. */
  idempotencyKey?: string | undefined;
}

/** A start that makes a new session. */
type NewStart = CapacityRequest & Pick<Starter, 'idempotencyKey'>;

/** The sessions of one server, ended ones included. */
export class SessionRegistry {
  /** What users should be told, each once; such as that the sandbox is off. */
  readonly notices = new Set<string>();
  readonly #options: RegistryOptions;
  /** Oldest first. */
  readonly #sessions = new Map<string, AnySession>();
  readonly #damaged = new Map<string, DamagedSession>();
  readonly #retention: Retention<AnySession | DamagedSession>;
  readonly #starts: RememberedStarts<AnySession>;
  readonly #capacity: Capacity;
  readonly #starting = new Pending();
  readonly #closing = new AbortController();
  readonly #draining = new AbortController();
  #warm: WarmBrowsers | undefined;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#capacity = new Capacity(options);
    this.#starts = new RememberedStarts(options.browser.grid ? options.maxGridWaitMs : undefined);
    this.#retention = new Retention(options.retentionMs, async (session) => this.#forget(session));
  }

  /** Takes over what earlier servers on the same folder left. To be called first. */
  async load(): Promise<void> {
    const { finished, damaged } = await loadSessions(this.#options.data.sessions);
    for (const session of finished) this.#sessions.set(session.id, session);
    for (const session of damaged) {
      this.#damaged.set(session.id, session);
      this.notices.add(session.error.message);
    }
    for (const session of [...finished, ...damaged]) this.#retention.add(session, session.endedAt);
  }

  /** Starts the browsers that wait for sessions, where there shall be any: on a Grid they would take the slots that sessions want. To be called once. */
  warmUp(): void {
    const { warm, browser } = this.#options;
    if (warm > 0 && !browser.grid)
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

  /**
   * @param account who asks: to others than its owner and the operator there is no such session
   * @throws {@link NotFoundError} when there never was such a session, or it is forgotten; {@link DamagedFileError} when it cannot be read
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

  /** Logs the requests of a session from now on, while it runs. A browser that is gone ends the session by itself. */
  async logNetwork(id: string): Promise<void> {
    const session = this.get(id);
    if (session instanceof LiveSession) await session.networkLog.start().catch(() => {});
  }

  /** What is told of the tests in a session that runs. */
  noteTests(id: string, notes: readonly TestNote[]): void {
    const session = this.#sessions.get(id);
    if (session instanceof LiveSession && session.status === 'active') session.note(notes);
  }

  /** The session, if there is one. */
  find(id: string): AnySession | undefined {
    return this.#sessions.get(id);
  }

  /**
   * Starts a session, or gives back the one that an earlier request with the same key started. Waits for a place where there is none.
   * @throws {@link InvalidRequestError} for what this server cannot do, and for a key that was used for another request
   * @throws {@link RateLimitError} when there is no room, and none came in time
   */
  async start(request: StartOptions, starter: Starter): Promise<AnySession> {
    try {
      return await this.#startOnce(request, starter);
    } catch (error) {
      this.#options.metrics.refuse(error, starter.leaving.aborted);
      throw error;
    }
  }

  async #startOnce(request: StartOptions, starter: Starter): Promise<AnySession> {
    const { account, leaving, idempotencyKey } = starter;
    if (idempotencyKey === undefined)
      return this.#start(request, { account, leaving, ticket: undefined });
    const ticket = JSON.stringify([account.name, idempotencyKey]);
    return this.#starts.start({ ticket, request, leaving }, async (abandoned) =>
      this.#start(request, { account, leaving: abandoned, ticket, idempotencyKey }),
    );
  }

  /** True once no more sessions are started, because the server is about to end. */
  get isDraining(): boolean {
    return this.#draining.signal.aborted;
  }

  /** How many sessions there are now. */
  get counts(): SessionCounts {
    return {
      active: this.#active.length,
      starting: this.#starting.size,
      waiting: this.#capacity.waiting,
    };
  }

  /** How many sessions an account has that run. */
  activeOf(name: string): number {
    return this.#active.filter(({ owner }) => owner === name).length;
  }

  /** Starts no more sessions, those that wait included, and resolves when the last one that runs has ended. */
  async drain(): Promise<void> {
    this.#draining.abort(draining());
    this.#capacity.close(draining());
    await Promise.allSettled([this.#starting.settled(), this.#warm?.close()]);
    const ended = this.#active.map(
      async (session) => new Promise<void>((resolve) => session.onEnd(resolve)),
    );
    await Promise.all(ended);
  }

  /** Ends every session, removes what is not kept, and starts no more. */
  async close(): Promise<void> {
    this.#capacity.close(closing());
    this.#closing.abort(); // a browser that hangs at its start is not waited for
    this.#retention.stop();
    await Promise.allSettled([this.#starting.settled(), this.#warm?.close()]);
    const end = async (session: AnySession): Promise<void> => {
      await session.end({ status: 'closed', reason: 'The session server was closed.' });
      if (!this.#options.data.isKept) await session.dispose();
    };
    await Promise.allSettled(this.all.map(end));
  }

  async #start(request: StartOptions, newStart: NewStart): Promise<LiveSession> {
    this.#refuseClosing();
    if (this.isDraining) throw draining();
    const plan = this.#plan(request);
    const { account } = newStart;
    if (request.profile) this.#options.profiles.checkOwner(request.profile.id, account);
    const { waits, starts } = this.#options.metrics;
    const askedMs = performance.now();
    const freeCapacity = await this.#capacity.take(newStart);
    const admittedMs = performance.now();
    waits.add((admittedMs - askedMs) / 1000);
    this.#refuseClosing(); // it may have waited
    try {
      const session = await this.#starting.track(this.#open(plan, newStart, freeCapacity));
      starts.add((performance.now() - admittedMs) / 1000);
      log(
        'session %s: started%s',
        session.id,
        account.name === undefined ? '' : ` for the key ${account.name}`,
      );
      return session;
    } catch (error) {
      freeCapacity();
      this.#refuseClosing(); // that is why
      throw error;
    }
  }

  get #active(): LiveSession[] {
    return this.all.filter(
      (session): session is LiveSession =>
        session instanceof LiveSession && session.status === 'active',
    );
  }

  #refuseClosing(): void {
    if (this.#closing.signal.aborted) throw closing();
  }

  #plan(request: StartOptions): SessionPlan {
    const isOnGrid = this.#options.browser.grid !== undefined;
    return planSession(request, {
      defaultHeadless: this.#options.headless,
      canShowWindow: isOnGrid || process.platform !== 'linux' || environment.hasDisplay,
      isOnGrid,
    });
  }

  /** A start on this machine goes on when its caller has left. On a Grid it may wait long, and would take the slot of others. */
  async #prepare(
    plan: SessionPlan,
    caller?: Pick<NewStart, 'leaving' | 'ticket'>,
  ): Promise<PreparedBrowser> {
    const { data, profiles, browser, maxGridWaitMs } = this.#options;
    const { signal: closing } = this.#closing;
    const prepare = async (signal: AbortSignal): Promise<PreparedBrowser> =>
      prepareBrowser(plan, { data, profiles, settings: { ...browser, signal } });
    if (!browser.grid) return prepare(closing);
    const tooLong = new AbortController();
    const hasLimit = maxGridWaitMs !== undefined && caller?.ticket === undefined; // a caller with a ticket comes again, and keeps its turn
    const timer = hasLimit
      ? setTimeout(() => tooLong.abort(timedOutOnGrid(maxGridWaitMs)), maxGridWaitMs)
      : undefined;
    const leaving = caller ? [caller.leaving] : [];
    const signals = [closing, this.#draining.signal, tooLong.signal, ...leaving];
    return prepare(AbortSignal.any(signals)).finally(() => clearTimeout(timer));
  }

  async #open(
    plan: SessionPlan,
    { account: { name: owner }, leaving, ticket, idempotencyKey }: NewStart,
    freeCapacity: () => void,
  ): Promise<LiveSession> {
    const { storage, minuteMs, metrics } = this.#options;
    const { cdpBytes } = metrics;
    const { id, folder, profile, browser } =
      this.#warm?.take(plan) ?? (await this.#prepare(plan, { leaving, ticket }));
    let session: LiveSession | undefined;
    try {
      const keeper = new FolderKeeper(profile, async (ended) => this.#archive(ended));
      const files =
        plan.request.useFileStorage === false ? undefined : storage.forSession(folder, owner);
      session = new LiveSession({
        ...{ id, plan, browser, folder, minuteMs, keeper, files },
        ...{ owner, idempotencyKey, cdpBytes, runJob: this.#options.work.for(id) },
      });
      session.onEnd(freeCapacity);
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
    const { status } = record.info;
    if (status !== 'active') this.#options.metrics.ended.add(status);
    this.#sessions.set(session.id, finished);
    this.#starts.replace(finished);
    this.#retention.add(finished, finished.endedAt);
  }

  async #forget({ id }: AnySession | DamagedSession): Promise<void> {
    const session = this.#sessions.get(id) ?? this.#damaged.get(id);
    this.#sessions.delete(id);
    this.#damaged.delete(id);
    this.#starts.forget(id);
    await session?.dispose();
  }
}
