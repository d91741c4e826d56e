/** One test run as its host sees it: hands out sessions, records tests, keeps count, and ends everything. */
import { messageOf } from '../base/errors';
import { logOf, since } from '../base/log';
import { isSessionwrightError } from '../contract/errors';
import type { ClipEncoderOptions } from '../recording/clip-encoder';
import { ClipQueue, launchEncoder } from './clip-queue';
import { Connecting } from './connecting';
import type { HeldSession } from './held-session';
import { Ledger } from './ledger';
import {
  type AcquireRequest,
  type ArtifactProblem,
  type BadSessionAnswer,
  type BadSessionReason,
  type Lease,
  type RunEvent,
  type RunSummary,
  type RunViews,
  type SessionCheck,
  type ShownWait,
  type TestEnd,
  type TestStart,
  WANTED,
} from './protocol';
import type { RpcPeer } from './rpc';
import { workFolder } from './run-folder';
import { factsOf, RunSessions } from './run-sessions';
import { type LeasedSlot, Slots } from './slots';
import { Sources } from './sources';
import type { StartBook } from './start-book';
import { Sweeps } from './sweeps';
import type { StartWatch } from './start-watched';
import { thisRun } from './this-run';
import { WatchedTests } from './watched-tests';

/** Said once, whatever the timeouts are. */
const FOR_ONE_TEST = 'a session is for one test';

/** What a start fails with that was not tried, or was given up as the run ended. */
const WAS_NOT_TRIED = ['api_down', 'host_unavailable'] as const;

const log = logOf('lease');

/** The sessions, clips and counts of a run. */
export class Run {
  /** What its tests do, for those who watch. */
  readonly watched = new WatchedTests(thisRun());
  readonly #sources: Sources;
  readonly #slots: Slots;
  readonly #clips: ClipQueue;
  readonly #sessions = new RunSessions();
  readonly #problems: ArtifactProblem[] = [];
  #told = 0;
  readonly #said = new Set<string>();
  readonly #totals = { failedStarts: 0, tests: 0 };
  /** The browser that encodes clips: the one of the run's first session. */
  #encoderBrowser: Pick<ClipEncoderOptions, 'executablePath' | 'channel'> | undefined;
  #finishing: Promise<RunSummary> | undefined;
  readonly #connecting = new Connecting();

  /**
   * @param folder - the run's folder; profiles, frames and the ledger go into it.
   * @param sweeps - what clears away dead runs, for as long as this one goes on.
   */
  constructor(folder: string, sweeps = new Sweeps({ path: folder })) {
    const place = { runFolder: folder, ledger: new Ledger(folder), workFolder: workFolder(folder) };
    this.#sources = new Sources(
      place,
      sweeps,
      (problem) => this.#problems.push(problem),
      this.watched.run,
    );
    this.#slots = new Slots({
      open: async (request, watch) => this.#sessions.start(async () => this.#open(request, watch)),
      failed: (error) => {
        if (!WAS_NOT_TRIED.some((code) => isSessionwrightError(error, code)))
          this.#totals.failedStarts++;
      },
      end: async (held) => this.#sessions.end(held),
      ask: (peer, leaseId) => {
        peer.call(WANTED, { leaseId }).catch(() => undefined); // it is gone
      },
    });
    this.#clips = new ClipQueue(
      () => launchEncoder({ ...this.#encoderBrowser, workDir: folder }),
      (problem) => this.#problems.push(problem),
    );
  }

  /** @param saysSource - the worker shall say where its session comes from: there is no reporter that has said it. */
  async acquire(
    request: AcquireRequest,
    peer: RpcPeer,
    { saysSource }: { saysSource: boolean },
  ): Promise<Lease> {
    const askedMs = performance.now();
    const { slot, reused } = await this.#slots.acquire(request, peer);
    const lease = this.#lease(slot, reused);
    log(
      'lease %s: place %d gets %s session %s after %s',
      lease.leaseId,
      request.parallelIndex,
      reused ? 'the used' : 'a fresh',
      lease.sessionId,
      since(askedMs),
    );
    const origin = `sessions come from: ${slot.held.source.label}`;
    return saysSource && this.claimMessage(origin)
      ? { ...lease, notices: [origin, ...lease.notices] }
      : lease;
  }

  /** Starts sessions that workers will ask for soon. */
  prestart(requests: readonly AcquireRequest[]): void {
    for (const request of requests) this.#slots.openAhead(request);
  }

  /** Why a worker has no session yet. */
  async whyWaits(peer: RpcPeer): Promise<Pick<ShownWait, 'startsWaitFor' | 'inUse'>> {
    return { startsWaitFor: await this.#sources.waitingFor(), inUse: this.#slots.waitsFor(peer) };
  }

  /** The pages that show its sessions. */
  async views(withLinks: boolean): Promise<RunViews & { links: string[] }> {
    const views = await this.#sources.views(this.#sessions.running);
    return { ...views, links: withLinks ? await this.#sources.wallLinks() : [] };
  }

  release(leaseId: string): void {
    log('lease %s: released', leaseId);
    this.#slots.release(leaseId);
  }

  /** Frees whatever a process held that is gone. */
  releaseAll(peer: RpcPeer): void {
    this.#slots.releaseAll(peer);
  }

  /** A worker does not use its session. True when another worker waits for it. */
  offer(leaseId: string): boolean {
    return this.#slots.offer(leaseId);
  }

  /** Processes what a worker or the reporter reports. */
  async handle(event: RunEvent): Promise<void> {
    switch (event.type) {
      case 'running':
        if (event.test) this.#slots.testRuns(event.leaseId, event.test);
        else this.#slots.endTest(event.leaseId);
        break;
      case 'session-returned':
        log('lease %s: returns session %s', event.leaseId, this.#held(event.leaseId).session.id);
        this.#slots.give(event.leaseId);
        break;
      case 'wait-cancelled':
        this.#slots.giveUp(event.leaseId);
        break;
      case 'state-kept':
        this.#held(event.leaseId).keepsState = true;
        break;
      case 'api-used':
        await this.#keepForApi(event.leaseId);
        break;
      case 'start-began':
        await this.#startsOf(event.leaseId).begin(event.start);
        break;
      case 'start-ended':
        await this.#startsOf(event.leaseId).end(event.start, event.outcome);
        break;
      case 'session-stopped':
        await this.#sessions.stoppedByTest(event.sessionId);
        break;
      case 'steps':
        this.watched.step(event.attempts);
        break;
      case 'problem':
        this.#problems.push(event.problem);
        break;
    }
  }

  /** Decides what becomes of a session that its worker cannot use. */
  async reportBadSession(leaseId: string, reason: BadSessionReason): Promise<BadSessionAnswer> {
    const { held, key, request } = this.#slots.leased(leaseId);
    const isAttached = request.options.sessionId !== undefined;
    if (reason === 'connection-lost') return { isWithdrawn: false, loss: await held.whyLost() };
    if (reason === 'not-cleared' && isAttached) this.#connecting.spoilt(held.session.id);
    const isKept =
      (reason === 'health-check-failed' && !(await held.isUnresponsive())) ||
      (reason === 'connect-failed' && (isAttached || !this.#connecting.failed(key)));
    if (!isKept) {
      log('lease %s: session %s is withdrawn: %s', leaseId, held.session.id, reason);
      held.abandon();
    }
    return { isWithdrawn: !isKept, loss: null };
  }

  /** The browser's own CDP endpoint, for a worker that is about to connect. */
  connectDirectly(leaseId: string): string | null {
    return this.#held(leaseId).enterDirectly();
  }

  /** Makes sure that the worker has a good session, and starts the recording of its test. Returns a lease when it has another session now. */
  async prepareSession({ test, ...check }: SessionCheck): Promise<Lease | null> {
    const { leaseId, timeoutMs } = check;
    const before = this.#slots.find(leaseId);
    if (check.isConnected === true) this.#connecting.succeeded(before.key);
    const why = before.held?.whyForOneTest(timeoutMs);
    const isReplaced = await this.#slots.ensureGood(check);
    const slot = this.#slots.leased(leaseId);
    slot.held.used = true;
    if (isReplaced) log('lease %s: moved to session %s', leaseId, slot.held.session.id);
    const lease = isReplaced ? this.#lease(slot, false) : null;
    const isExplained = lease && why !== undefined && this.claimMessage(FOR_ONE_TEST);
    if (test) await this.#beginTest(leaseId, { ...test, timeoutMs });
    return isExplained ? { ...lease, notices: [...lease.notices, why] } : lease;
  }

  /** Waits, briefly, until what is on screen now is in the recording. True when it has any picture since then. */
  async settle(leaseId: string, fromMs: number): Promise<boolean> {
    const held = this.#held(leaseId);
    if (!held.isRecording) return false;
    const { recorder, frames } = await held.recording();
    await recorder.stop();
    return frames.select(fromMs, Infinity).length > 0;
  }

  /** Ends the recording of a test, and orders its clip when it is to be kept. True when it did. */
  async endTest(test: TestEnd): Promise<boolean> {
    this.#slots.endTest(test.leaseId);
    const held = this.#held(test.leaseId);
    held.note([{ outcome: test.outcome, at: Date.now() }]);
    if (!held.isRecording) return false;
    const { recorder, frames } = await held.recording();
    await recorder.stop({ lastLook: false }); // the page is closed; what it showed last was taken by `settle`
    if (test.leftContextId !== undefined) recorder.leave(test.leftContextId);
    if (test.clip) this.#clips.add({ ...test.clip, store: frames, leaseId: test.leaseId });
    return test.clip !== null;
  }

  /** True once for each remark: it is made once per run, whatever number of workers there are. */
  claimMessage(message: string): boolean {
    if (this.#said.has(message)) return false;
    this.#said.add(message);
    return true;
  }

  /** Resolves when the clips of this lease are written. */
  async clipsWritten(leaseId: string): Promise<void> {
    await this.#clips.writtenFor(leaseId);
  }

  /** The problems since the last call: for a run without a reporter, whose workers tell them. */
  untoldProblems(): ArtifactProblem[] {
    const untold = this.#problems.slice(this.#told);
    this.#told = this.#problems.length;
    return untold;
  }

  /** No process is left to run tests: stops sessions that cost, and starts no more. */
  endCostly(): void {
    this.#sessions.endAll({ onlyCostly: true });
  }

  /** Stops everything, makes the remaining clips, and returns what the run used. Idempotent. */
  async finish(): Promise<RunSummary> {
    return (this.#finishing ??= this.#finish());
  }

  /** Sessions do not wait for the clips: they may cost, and their frames are on this machine. */
  async #finish(): Promise<RunSummary> {
    this.#sessions.endAll();
    await Promise.all([this.#clips.close(), this.#sessions.over(() => this.#slots.close())]);
    await this.#sources.close();
    await this.#sessions.startsSettled();
    return {
      ...this.#totals,
      ...this.#sessions.summary,
      clips: this.#clips.written,
      problems: this.#problems,
    };
  }

  async #open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    this.#connecting.check(request.options);
    const source = await this.#sources.for(request.options, request.browser);
    const held = await source.open(request, watch);
    this.#encoderBrowser ??= {
      executablePath: request.options.executablePath ?? request.browser.executablePath,
      channel: request.browser.channel,
    };
    return held;
  }

  #lease({ held, lease }: LeasedSlot, reused: boolean): Lease {
    const { session, source } = held;
    return {
      leaseId: lease.id,
      sessionId: session.id,
      cdpUrl: held.cdpUrl,
      playwright: held.playwright,
      viewerUrl: session.viewerUrl,
      api: source.api,
      embedded: source.isEmbedded,
      local: source.isLocal,
      downloadsPath: session.info.downloadsPath,
      reused,
      facts: factsOf(held),
      notices: source.notices.filter((notice) => this.claimMessage(notice)),
    };
  }

  #held(leaseId: string): HeldSession {
    return this.#slots.leased(leaseId).held;
  }

  /** Keeps what only the session's API reports, from now on. */
  async #keepForApi(leaseId: string): Promise<void> {
    const held = this.#held(leaseId);
    held.isUsedByApi = true;
    await held.keepForApi();
  }

  #startsOf(leaseId: string): StartBook {
    return this.#sessions.startsOf(this.#held(leaseId).source);
  }

  async #beginTest(
    leaseId: string,
    { title, attempt, record, timeoutMs }: TestStart & { timeoutMs: number },
  ): Promise<void> {
    this.#slots.beginTest(leaseId, { title, timeoutMs });
    const { held, parallelIndex: worker } = this.#slots.leased(leaseId);
    held.tests++;
    if (this.watched.begin(attempt, held, { title, worker })) this.#totals.tests++;
    if (record) await this.#startRecording(held, record);
  }

  async #startRecording(held: HeldSession, how: NonNullable<TestStart['record']>): Promise<void> {
    try {
      (await held.recording()).recorder.start(how);
    } catch (error) {
      this.#problems.push({
        what: `No recording of session ${held.session.id}`,
        reason: messageOf(error),
      });
    }
  }
}
