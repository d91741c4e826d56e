/** One live session: its browser, its clock, its counters, and its one way to end. */
import { mkdir } from 'node:fs/promises';
import { settledWithin } from '../../base/deadline';
import { messageOf } from '../../base/errors';
import { logOf } from '../../base/log';
import { MemoryBudget } from '../../base/memory-budget';
import { newToken } from '../../base/tokens';
import type { ActionFiles, PageDriver } from '../../actions/page-driver';
import { MINUTE_MS } from '../../contract/limits';
import type { SessionInfo, SessionStatus, SessionStep } from '../../contract/session';
import type { TestNote } from '../../contract/test-notes';
import {
  sessionEnded,
  type DirectEntry,
  type KnownSession,
  type SessionEnd,
  type WaysIn,
} from './known-session';
import { PlaywrightProcess } from '../browsers/playwright-process';
import type { SessionBrowser } from '../browsers/session-browser';
import type { ServerMetrics } from '../metrics/server-metrics';
import type { SessionFolder } from '../data/session-folder';
import type { RunJob } from '../../work/job';
import { NetworkLog } from '../network/network-log';
import { SessionDownloads } from './session-downloads';
import { SessionRecording } from './session-recording';
import type { SessionProfile } from './session-profile';
import {
  SessionTests,
  summaryOf,
  TestSteps,
  type SessionTest,
  type TestSummary,
} from './session-tests';
import { SessionTimers } from './session-timers';
import type { SessionPlan } from '../browsers/session-plan';
import { Trajectory } from './trajectory';

const log = logOf('server');

/** How long a browser may take to show its last picture and to give its cookies, in milliseconds: some ten times what that takes. One that hangs gives neither. */
const PARTING_MS = 5_000;

/** What a session keeps in memory of its console, its tests and their steps, in bytes: ten times what busy sessions have, and a hundred sessions that are full fit into a gigabyte. */
const MAX_KEPT_BYTES = 4_000_000;

/** What a session is made of. */
export interface SessionParts {
  id: string;
  plan: SessionPlan;
  browser: SessionBrowser;
  folder: SessionFolder;
  /** Length of a minute, in milliseconds; shorter in tests. */
  minuteMs: number;
  profile: SessionProfile | undefined;
  /** Writes the session's record. Called last, when the browser has ended. */
  archive: (session: LiveSession) => Promise<void>;
  /** Undefined without file storage. */
  files: ActionFiles | undefined;
  /** The name of the account that starts it; undefined for the operator. */
  owner: string | undefined;
  /** The key that its start came with. */
  idempotencyKey: string | undefined;
  /** Counts what passes through the gateway. */
  cdpBytes: ServerMetrics['cdpBytes'];
  /** Does heavy work of the session. */
  runJob: RunJob;
}

/**
 * A session from the moment its browser is ready.
 *
 *              stop() -----------------> closed
 *   active --- the browser ends -------> error       whichever comes first; there is no way back
 *              idle or maximum time ---> timed_out
 *
 * At the end, in this order: clients are disconnected, the recording is closed, the browser, and then what shall outlive it is kept and its profile removed.
 */
export class LiveSession implements KnownSession {
  readonly id: string;
  readonly plan: SessionPlan;
  readonly recording: SessionRecording;
  readonly folder: SessionFolder;
  readonly networkLog: NetworkLog;
  /** Undefined without file storage, and where the files are on another machine. */
  readonly downloads: SessionDownloads | undefined;
  readonly createdAt = new Date();
  /** Whoever knows it may drive the browser. */
  readonly cdpToken = newToken();
  /** Whoever knows it may watch, and no more. */
  readonly viewerToken = newToken();
  readonly browser: SessionBrowser;
  /** Serves those who speak Playwright's own protocol. */
  readonly playwright: PlaywrightProcess;
  /** What was done in it through the API. */
  readonly trajectory: Trajectory;
  /** Which tests ran in it. */
  readonly tests: SessionTests;
  /** What they did. */
  readonly testSteps: TestSteps;
  readonly owner: string | undefined;
  readonly cdpBytes: ServerMetrics['cdpBytes'];
  readonly #archive: SessionParts['archive'];
  readonly #profile: SessionProfile | undefined;
  /** Why its profile was not saved. The API shows it as the session's error. */
  #problem: string | null = null;
  readonly #files: ActionFiles | undefined;
  readonly #idempotencyKey: string | undefined;
  readonly #runJob: RunJob;
  /** How many clients drive its browser now. */
  #clients = 0;
  #hadClients = false;
  #driver: Promise<PageDriver> | undefined;
  readonly #timers: SessionTimers;
  readonly #onEnd = new Set<() => void>();
  #end: (SessionEnd & { at: Date }) | undefined;
  #ending: Promise<void> | undefined;

  constructor(parts: SessionParts) {
    const { id, plan, browser, folder, minuteMs, files } = parts;
    this.owner = parts.owner;
    this.#idempotencyKey = parts.idempotencyKey;
    this.cdpBytes = parts.cdpBytes;
    this.#runJob = parts.runJob;
    this.id = id;
    this.plan = plan;
    this.browser = browser;
    this.folder = folder;
    const budget = new MemoryBudget(MAX_KEPT_BYTES);
    this.trajectory = new Trajectory(folder.trajectory, budget);
    this.tests = new SessionTests(folder.tests, budget);
    this.testSteps = new TestSteps(folder.testSteps, budget);
    this.#archive = parts.archive;
    this.#profile = parts.profile;
    this.#files = files;
    this.recording = new SessionRecording(browser.targets, folder.recording);
    this.networkLog = new NetworkLog(browser.connection, folder.network, budget);
    this.playwright = new PlaywrightProcess({
      cdpUrl: browser.cdpUrl,
      cdpHeaders: browser.cdpHeaders,
      isLocal: browser.isLocal,
      folder: folder.playwright,
    });
    this.downloads =
      files && browser.isLocal
        ? new SessionDownloads({
            connection: browser.connection,
            folder: folder.passing,
            fetched: folder.fetched,
            storeDownload: async (name, save) => files.storeDownload(name, save),
            isShared: () => this.#clients > 0,
          })
        : undefined;
    const scale = minuteMs / MINUTE_MS;
    this.#timers = new SessionTimers(
      { idleMs: plan.idleTimeout * scale, maxMs: plan.maxDuration * scale },
      (reason) => void this.end({ status: 'timed_out', reason }),
    );
    void browser.exited.then(
      (exit) => void this.end({ status: 'error', reason: browser.whyEnded(exit) }),
    );
  }

  get status(): SessionStatus {
    return this.#end?.status ?? 'active';
  }

  /** When it ended; null while it runs. */
  get endedAt(): Date | null {
    return this.#end?.at ?? null;
  }

  /** Why it ended; null while it runs, and when it was simply stopped. */
  get reason(): string | null {
    return this.#end?.reason ?? null;
  }

  get wasRecorded(): boolean {
    return this.recording.isOpen;
  }

  get offset(): number {
    return this.trajectory.count;
  }

  async steps(): Promise<readonly SessionStep[]> {
    return this.trajectory.newest();
  }

  get latestTests(): readonly SessionTest[] {
    return this.tests.all;
  }

  get droppedTests(): number {
    return this.tests.dropped;
  }

  async allTests(): Promise<readonly SessionTest[]> {
    return this.tests.all;
  }

  async testSummary(): Promise<TestSummary> {
    return summaryOf(this.tests.all);
  }

  /** Whether a client drives its browser now. */
  get hasClients(): boolean {
    return this.#clients > 0;
  }

  /** Whether a client has ever driven its browser: its tabs are what they made of them. */
  get hadClients(): boolean {
    return this.#hadClients;
  }

  /** A client drives its browser from now on, until the returned function is called, once. */
  enter(): () => void {
    this.#clients += 1;
    this.#hadClients = true;
    log('session %s: client %d connected', this.id, this.#clients);
    return () => {
      this.#clients -= 1;
      log('session %s: client disconnected, %d left', this.id, this.#clients);
      if (this.hasClients) return;
      this.downloads?.start().catch(() => {}); // the browser may be gone too
      this.folder.removeFetched().catch(() => {}); // the session's end does it again
    };
  }

  /** The same past the gateway, for a client on the browser's machine; undefined where that is another one. What it does is not seen, so the session counts as used all the time. */
  enterDirectly(): DirectEntry | undefined {
    if (!this.browser.isLocal) return undefined;
    const leave = [this.enter(), this.#timers.hold()];
    return {
      cdpUrl: this.browser.cdpUrl,
      leave: () => leave.splice(0).forEach((it) => it()),
    };
  }

  /** Tells that the session is used: its idle time starts anew. */
  touch(): void {
    this.#timers.touch();
  }

  /** Calls back once, when the session begins to end. Returns the function that takes it back. */
  onEnd(listener: () => void): () => void {
    this.#onEnd.add(listener);
    return () => this.#onEnd.delete(listener);
  }

  /**
   * The session, for something that needs its browser.
   * @throws {@link SessionEndedError} with when and why, once it has ended
   */
  ensureActive(): this {
    if (!this.#end) return this;
    throw sessionEnded(this, this.#end.reason);
  }

  /** Ends the session, and resolves when nothing of it runs any more. The first call decides how it ended. */
  end(end: SessionEnd): Promise<void> {
    this.#end ??= { ...end, at: new Date() };
    this.#ending ??= this.#shutDown();
    return this.#ending;
  }

  /** Whoever runs tests in it tells of them. */
  note(notes: readonly TestNote[]): void {
    for (const note of notes)
      if ('title' in note) this.tests.begin(note);
      else if ('outcome' in note) this.tests.end(note);
      else if ('preparedContext' in note) this.browser.targets.prepare(note.preparedContext);
    this.testSteps.add(notes.filter((note) => 'step' in note));
  }

  /** Drives its pages for calls of the API; connected on first use. */
  driver(): Promise<PageDriver> {
    this.#driver ??= this.#connectDriver();
    return this.#driver;
  }

  /** Removes what the ended session left: its frames. */
  async dispose(): Promise<void> {
    await this.recording.dispose();
    await this.folder.remove();
  }

  /** What the API tells of it. What leads to it is added by whoever knows how the caller reached us. */
  info(waysIn: WaysIn): SessionInfo {
    const { plan, createdAt, endedAt, status } = this;
    const { request } = plan;
    return {
      id: this.id,
      status,
      createdAt,
      closedAt: endedAt,
      lastAccessedAt: this.#timers.lastUsedAt,
      duration: (endedAt?.getTime() ?? Date.now()) - createdAt.getTime(),
      idleTimeout: plan.idleTimeout,
      maxDuration: plan.maxDuration,
      steps: [],
      error: (status === 'error' || status === 'timed_out' ? this.reason : null) ?? this.#problem,
      proxies: plan.proxy !== undefined,
      channel: request.channel ?? 'chromium',
      useFileStorage: this.#files !== undefined,
      networkRequestBytes: this.networkLog.traffic.sentBytes,
      networkResponseBytes: this.networkLog.traffic.receivedBytes,
      userAgent: request.userAgent ?? null,
      viewport: plan.size ?? null,
      headless: plan.headless,
      solveCaptchas: false,
      webBotAuth: false,
      authIds: [],
      systemHidden: false,
      idempotencyKey: this.#idempotencyKey ?? null,
      downloadsPath: waysIn.cdpUrl !== null && this.browser.isLocal ? this.folder.fetched : null,
      ...waysIn,
    };
  }

  async #connectDriver(): Promise<PageDriver> {
    try {
      const { PageDriver } = await import('../../actions/page-driver');
      await mkdir(this.folder.passing, { recursive: true, mode: 0o700 });
      const { downloads } = this;
      const nextDownload = downloads && (() => downloads.next());
      const driver = await PageDriver.connect({
        workDir: this.folder.passing,
        cdpUrl: this.browser.cdpUrl,
        headers: this.browser.cdpHeaders,
        files: this.#files && { ...this.#files, nextDownload },
        isLocal: this.browser.isLocal,
        openFirstTab: () => this.browser.ensurePage(),
        openingOrder: () => this.browser.targets.pages.map(({ id }) => id),
        isShared: () => this.#clients > 0,
        runJob: this.#runJob,
      });
      void driver.closed.then(() => (this.#driver = undefined)); // the next call connects anew
      return driver;
    } catch (error) {
      this.#driver = undefined;
      throw error;
    }
  }

  async #shutDown(): Promise<void> {
    this.#timers.stop();
    for (const listener of this.#onEnd) listener();
    this.#onEnd.clear();
    const parting = this.#part();
    await settledWithin(parting, PARTING_MS);
    await this.browser.close();
    await parting; // what it still waited for has failed by now
    await this.#profile
      ?.save(await this.browser.exited, this.folder.profile)
      .catch((error: unknown) => {
        this.#problem = `The profile ${this.#profile?.id ?? ''} was not saved, and is as it was: ${messageOf(error)}`;
      });
    await this.folder.removeRuntimeFiles().catch(() => {}); // the next server tries again
    this.tests.end({ outcome: this.status === 'closed' ? 'skipped' : 'failed' }); // a test did not pass if its browser died, and its runner can report no more
    this.testSteps.end();
    await Promise.all([this.trajectory, this.tests, this.testSteps].map((it) => it.flushed()));
    await this.#archive(this);
  }

  /** Takes what is wanted of the browser while it runs. */
  async #part(): Promise<void> {
    await this.playwright.close();
    await this.recording.close().catch(() => {}); // a browser that died cannot be asked for a last picture
    const disconnected = this.#driver?.then((driver) => driver.close()).catch(() => {}); // it never connected
    await Promise.race([disconnected, this.browser.exited]); // to a browser that is gone it may try for seconds
    await this.downloads?.settled();
    await this.networkLog.close().catch(() => {}); // a full disk costs the log, not the end
    if (this.status !== 'error')
      await this.#profile?.readCookies(this.browser.connection).catch(() => {}); // saving reports it
  }
}
