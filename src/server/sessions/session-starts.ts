/** Starts sessions: finds an earlier start with the same key, waits for capacity, starts the browser, and then the session. */
import { logOf } from '../../base/log';
import { Pending } from '../../base/pending';
import { decodeStartRequest } from '../../contract/start';
import type { StartOptions } from '../../contract/session';
import { environment } from '../../options/environment';
import type { HeavyWork } from '../../work/heavy-work';
import type { Account } from '../accounts/account';
import type { BrowserSettings } from '../browsers/session-browser';
import { planSession, type SessionPlan } from '../browsers/session-plan';
import type { DataFolder } from '../data/data-folder';
import type { ProfileStore } from '../data/profiles';
import type { FileStorage } from '../data/storage';
import type { ServerMetrics } from '../metrics/server-metrics';
import {
  Capacity,
  closing,
  draining,
  timedOutElsewhere,
  type CapacityOptions,
  type CapacityRequest,
} from './capacity';
import { recordOf, saveRecord } from './ended-session';
import type { SessionEnd } from './known-session';
import { RememberedStarts } from './remembered-starts';
import { LiveSession } from './session';
import { prepareBrowser, WarmBrowsers, type PreparedBrowser } from './warm-browsers';

const log = logOf('server');

/** What starts need. */
export interface StartsOptions extends CapacityOptions {
  data: DataFolder;
  profiles: ProfileStore;
  storage: FileStorage;
  browser: BrowserSettings;
  /** The default of sessions. */
  headless: boolean;
  /** Record every session from its start. */
  recordAlways: boolean;
  /** Log the requests of every session from its start. */
  logAlways: boolean;
  /** Browsers that are started before a session needs them; they do not count as sessions. */
  warm: number;
  /** How long a start may wait on a Grid or at a provider, in milliseconds; undefined for as long as its caller. */
  maxGridWaitMs?: number | undefined;
  metrics: ServerMetrics;
  /** Does the heavy work of sessions. */
  work: HeavyWork;
  /** Length of a minute, in milliseconds; shorter in tests. */
  minuteMs: number;
}

/** The caller of a start. */
export interface Starter {
  account: Account;
  /** Aborted when the caller has left: while it waits for capacity, it leaves the queue. */
  leaving: AbortSignal;
  /** Recognizes a repeated request; undefined if it will not be repeated. */
  idempotencyKey?: string | undefined;
}

/** The registry, for the sessions that it keeps. */
interface Keeper {
  /** Called before the session is returned to its caller. */
  add(session: LiveSession): Promise<void>;
  /** Called when the session has ended. */
  archive(session: LiveSession): Promise<void>;
  end(sessionId: string, end: SessionEnd): Promise<void>;
}

/** A start that makes a new session. */
type NewStart = CapacityRequest & Pick<Starter, 'idempotencyKey'>;

/** The starts of one server. */
export class SessionStarts {
  readonly #options: StartsOptions;
  readonly #keeper: Keeper;
  readonly #capacity: Capacity;
  readonly #remembered: RememberedStarts;
  readonly #starting = new Pending();
  readonly #closing = new AbortController();
  readonly #draining = new AbortController();
  #warm: WarmBrowsers | undefined;

  constructor(options: StartsOptions, keeper: Keeper) {
    this.#options = options;
    this.#keeper = keeper;
    this.#capacity = new Capacity(options);
    const { browser, maxGridWaitMs } = options;
    this.#remembered = new RememberedStarts(
      browser.remote && maxGridWaitMs !== undefined
        ? { maxWaitMs: maxGridWaitMs, title: browser.remote.title }
        : undefined,
    );
  }

  /** Starts the warm browsers. On a Grid or at a provider there are none, because they would take slots from sessions, or cost. Call it once. */
  warmUp(): void {
    const { warm, browser } = this.#options;
    if (warm > 0 && !browser.remote)
      this.#warm = new WarmBrowsers({
        count: warm,
        plan: this.#plan(decodeStartRequest({})),
        prepare: async (plan) => this.#prepare(plan),
      });
  }

  /** How many warm browsers are ready. */
  get warm(): number {
    return this.#warm?.ready ?? 0;
  }

  /** How many starts have no session yet. */
  get counts(): { starting: number; waiting: number } {
    return { starting: this.#starting.size, waiting: this.#capacity.waiting };
  }

  /** True once no more sessions are started, because the server is about to end. */
  get isDraining(): boolean {
    return this.#draining.signal.aborted;
  }

  /**
   * Starts a session, or finds the one that an earlier request with the same key started. Returns its id.
   * @throws {@link InvalidRequestError} for what this server cannot do, and for a key that was used for another request;
   * {@link RateLimitError} when there is no capacity, and none came in time
   */
  async start(request: StartOptions, starter: Starter): Promise<string> {
    const { account, leaving, idempotencyKey } = starter;
    try {
      if (idempotencyKey === undefined)
        return (await this.#start(request, { account, leaving, ticket: undefined })).id;
      const ticket = JSON.stringify([account.name, idempotencyKey]);
      const started = await this.#remembered.start(
        { ticket, request, leaving },
        async (abandoned) => {
          const { id } = await this.#start(request, {
            account,
            leaving: abandoned,
            ticket,
            idempotencyKey,
          });
          return { id, end: async (end) => this.#keeper.end(id, end) };
        },
      );
      return started.id;
    } catch (error) {
      this.#options.metrics.refuse(error, leaving.aborted);
      throw error;
    }
  }

  /** Forgets the key of a session. */
  forget(sessionId: string): void {
    this.#remembered.forget(sessionId);
  }

  /** Refuses starts, waiting ones included. Resolves when none is in progress. */
  async drain(): Promise<void> {
    this.#draining.abort(draining());
    this.#capacity.close(draining());
    await this.#settled();
  }

  /** Refuses starts, and aborts those in progress: a browser may be frozen. */
  async close(): Promise<void> {
    this.#capacity.close(closing());
    this.#closing.abort();
    await this.#settled();
  }

  async #settled(): Promise<void> {
    await Promise.allSettled([this.#starting.settled(), this.#warm?.close()]);
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
      this.#refuseClosing(); // the reason of the failure
      throw error;
    }
  }

  #refuseClosing(): void {
    if (this.#closing.signal.aborted) throw closing();
  }

  #plan(request: StartOptions): SessionPlan {
    const kind = this.#options.browser.remote?.kind;
    return planSession(request, {
      defaultHeadless: this.#options.headless,
      canShowWindow: kind !== undefined || process.platform !== 'linux' || environment.hasDisplay,
      kind,
    });
  }

  /** A start on this machine continues when its caller has left. Elsewhere it may wait long, and would take a slot from others. */
  async #prepare(
    plan: SessionPlan,
    caller?: Pick<NewStart, 'leaving' | 'ticket'>,
  ): Promise<PreparedBrowser> {
    const { data, profiles, browser, maxGridWaitMs } = this.#options;
    const { signal: closing } = this.#closing;
    const prepare = async (signal: AbortSignal): Promise<PreparedBrowser> =>
      prepareBrowser(plan, { data, profiles, settings: { ...browser, signal } });
    const { remote } = browser;
    if (!remote) return prepare(closing);
    const tooLong = new AbortController();
    const hasLimit = maxGridWaitMs !== undefined && caller?.ticket === undefined; // a caller with a ticket may come again, and keeps its turn
    const timer = hasLimit
      ? setTimeout(
          () => tooLong.abort(timedOutElsewhere(maxGridWaitMs, remote.title)),
          maxGridWaitMs,
        )
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
      const archive = async (ended: LiveSession): Promise<void> => this.#keeper.archive(ended);
      const files =
        plan.request.useFileStorage === false ? undefined : storage.forSession(folder, owner);
      session = new LiveSession({
        ...{ id, plan, browser, folder, minuteMs, profile, archive, files },
        ...{ owner, idempotencyKey, cdpBytes, runJob: this.#options.work.for(id) },
      });
      session.onEnd(freeCapacity);
      await profile?.applyCookies(browser.connection);
      await saveRecord(folder, recordOf(session)); // from now on a restarted server finds it
      this.#refuseClosing();
      await this.#keeper.add(session);
      await this.#keepAlways(session);
      return session;
    } catch (error) {
      await session?.end({ status: 'error', reason: 'It could not be started.' });
      await folder.remove();
      throw error;
    }
  }

  /** Begins recording and logging before the caller can open a page. The session works without them. */
  async #keepAlways(session: LiveSession): Promise<void> {
    const { recordAlways, logAlways } = this.#options;
    if (recordAlways) session.recording.start().catch(() => {}); // its replay reports it
    await session.downloads?.start().catch(() => {});
    if (logAlways) await session.networkLog.start().catch(() => {});
  }
}
