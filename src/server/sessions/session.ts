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

/** How long a browser may take for its last frame and its cookies, in milliseconds: ten times the usual time. A frozen browser provides neither. */
const PARTING_MS = 5_000;

/** Memory for a session's console, tests and steps, in bytes: ten times what busy sessions need. A hundred full sessions fit into 1 GB. */
const MAX_KEPT_BYTES = 4_000_000;

/** The parts of a session. */
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
  /** The name of its account; undefined for the operator. */
  owner: string | undefined;
  /** The idempotency key of its start. */
  idempotencyKey: string | undefined;
  /** Counts the bytes of the gateway. */
  cdpBytes: ServerMetrics['cdpBytes'];
  /** Runs heavy work of the session. */
  runJob: RunJob;
}

/**
 * A session from the moment its browser is ready.
 *
 *              stop() -----------------> closed
 *   active --- the browser ends -------> error       whichever comes first; there is no way back
 *              idle or maximum time ---> timed_out
 *
 * At the end, the session disconnects its clients, closes the recording, closes the browser, keeps what outlives it, and removes the profile.
 */
export class LiveSession implements KnownSession {
  readonly id: string;
  readonly plan: SessionPlan;
  readonly recording: SessionRecording;
  readonly folder: SessionFolder;
  readonly networkLog: NetworkLog;
  /** Undefined without file storage, and if the browser is on another machine. */
  readonly downloads: SessionDownloads | undefined;
  readonly createdAt = new Date();
  /** Allows its holder to drive the browser. */
  readonly cdpToken = newToken();
  /** Allows its holder to watch, but not to drive. */
  readonly viewerToken = newToken();
  readonly browser: SessionBrowser;
  /** Serves clients that use Playwright's own protocol. */
  readonly playwright: PlaywrightProcess;
  /** Its steps through the API. */
  readonly trajectory: Trajectory;
  /** The tests that ran in it. */
  readonly tests: SessionTests;
  /** The steps of these tests. */
  readonly testSteps: TestSteps;
  readonly owner: string | undefined;
  readonly cdpBytes: ServerMetrics['cdpBytes'];
  readonly #parts: SessionParts;
  /** Why its profile was not saved. The API shows it as the session's error. */
  #problem: string | null = null;
  /** Number of clients that drive its browser now. */
  #clients = 0;
  #hadClients = false;
  #driver: Promise<PageDriver> | undefined;
  readonly #timers: SessionTimers;
  readonly #onEnd = new Set<() => void>();
  #end: (SessionEnd & { at: Date }) | undefined;
  #ending: Promise<void> | undefined;

  constructor(parts: SessionParts) {
    const { id, plan, browser, folder, minuteMs, files } = parts;
    this.#parts = parts;
    this.owner = parts.owner;
    this.cdpBytes = parts.cdpBytes;
    this.id = id;
    this.plan = plan;
    this.browser = browser;
    this.folder = folder;
    const budget = new MemoryBudget(MAX_KEPT_BYTES);
    this.trajectory = new Trajectory(folder.trajectory, budget);
    this.tests = new SessionTests(folder.tests, budget);
    this.testSteps = new TestSteps(folder.testSteps, budget);
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

  /** Whether a client has ever driven its browser, and may have changed its tabs. */
  get hadClients(): boolean {
    return this.#hadClients;
  }

  /** Counts a client that drives its browser. Returns the function to call, once, when it has left. */
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

  /** The same without the gateway; undefined if the browser is on another machine. The server does not see this client's traffic, so the session counts as used all the time. */
  enterDirectly(): DirectEntry | undefined {
    if (!this.browser.isLocal) return undefined;
    const leave = [this.enter(), this.#timers.hold()];
    return {
      cdpUrl: this.browser.cdpUrl,
      leave: () => leave.splice(0).forEach((it) => it()),
    };
  }

  /** Restarts the idle time, because the session is in use. */
  touch(): void {
    this.#timers.touch();
  }

  /** Calls back once, when the session begins to end. Returns the function that unsubscribes. */
  onEnd(listener: () => void): () => void {
    this.#onEnd.add(listener);
    return () => this.#onEnd.delete(listener);
  }

  /**
   * Returns the session if it is active.
   * @throws {@link SessionEndedError} with the time and the reason, once it has ended
   */
  ensureActive(): this {
    if (!this.#end) return this;
    throw sessionEnded(this, this.#end.reason);
  }

  /** Ends the session, and resolves when it has stopped completely. The first call decides the status. */
  end(end: SessionEnd): Promise<void> {
    this.#end ??= { ...end, at: new Date() };
    this.#ending ??= this.#shutDown();
    return this.#ending;
  }

  /** Takes the test runner's notes on tests in this session. */
  note(notes: readonly TestNote[]): void {
    for (const note of notes)
      if ('title' in note) this.tests.begin(note);
      else if ('outcome' in note) this.tests.end(note);
      else if ('preparedContext' in note) this.browser.targets.prepare(note.preparedContext);
    this.testSteps.add(notes.filter((note) => 'step' in note));
  }

  /** Drives its pages for the API. Connects on first use. */
  driver(): Promise<PageDriver> {
    this.#driver ??= this.#connectDriver();
    return this.#driver;
  }

  /** Removes the files of the ended session. */
  async dispose(): Promise<void> {
    await this.recording.dispose();
    await this.folder.remove();
  }

  /** The API's description of the session. Its URLs depend on how the caller reached the server. */
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
      useFileStorage: this.#parts.files !== undefined,
      networkRequestBytes: this.networkLog.traffic.sentBytes,
      networkResponseBytes: this.networkLog.traffic.receivedBytes,
      userAgent: request.userAgent ?? null,
      viewport: plan.size ?? null,
      headless: plan.headless,
      solveCaptchas: false,
      webBotAuth: false,
      authIds: [],
      systemHidden: false,
      idempotencyKey: this.#parts.idempotencyKey ?? null,
      downloadsPath: waysIn.cdpUrl !== null && this.browser.isLocal ? this.folder.fetched : null,
      ...waysIn,
    };
  }

  async #connectDriver(): Promise<PageDriver> {
    try {
      const { PageDriver } = await import('../../actions/page-driver');
      await mkdir(this.folder.passing, { recursive: true, mode: 0o700 });
      const { downloads } = this;
      const { files, runJob } = this.#parts;
      const nextDownload = downloads && (() => downloads.next());
      const driver = await PageDriver.connect({
        workDir: this.folder.passing,
        cdpUrl: this.browser.cdpUrl,
        headers: this.browser.cdpHeaders,
        files: files && { ...files, nextDownload },
        isLocal: this.browser.isLocal,
        openFirstTab: () => this.browser.ensurePage(),
        openingOrder: () => this.browser.targets.pages.map(({ id }) => id),
        isShared: () => this.#clients > 0,
        runJob,
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
    await parting; // by now everything it waited for has failed
    const { profile, archive } = this.#parts;
    await profile?.save(await this.browser.exited, this.folder.profile).catch((error: unknown) => {
      this.#problem = `The profile ${profile.id} was not saved, and is as it was: ${messageOf(error)}`;
    });
    await this.folder.removeRuntimeFiles().catch(() => {}); // the next server tries again
    this.tests.end({ outcome: this.status === 'closed' ? 'skipped' : 'failed' }); // a test did not pass if its browser died, and the runner can no longer report it
    this.testSteps.end();
    await Promise.all([this.trajectory, this.tests, this.testSteps].map((it) => it.flushed()));
    await archive(this);
  }

  /** Saves everything that needs a running browser. */
  async #part(): Promise<void> {
    await this.playwright.close();
    await this.recording.close().catch(() => {}); // a dead browser has no last frame
    const disconnected = this.#driver?.then((driver) => driver.close()).catch(() => {}); // it never connected
    await Promise.race([disconnected, this.browser.exited]); // the driver may try for seconds to reach a dead browser
    await this.downloads?.settled();
    await this.networkLog.close().catch(() => {}); // a full disk costs the log, not the end
    if (this.status !== 'error')
      await this.#parts.profile?.readCookies(this.browser.connection).catch(() => {}); // saving reports it
  }
}
