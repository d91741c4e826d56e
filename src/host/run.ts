/** One test run as its host sees it: hands out sessions, records tests, keeps count, and ends everything. */
import { messageOf } from '../base/errors';
import { logOf, since } from '../base/log';
import { HostError, isSessionwrightError } from '../contract/errors';
import type { ClipEncoderOptions } from '../recording/clip-encoder';
import { ClipQueue, launchEncoder } from './clip-queue';
import { Connecting } from './connecting';
import { Endings } from './endings';
import type { HeldSession } from './held-session';
import { leaseOf } from './lease';
import { Ledger } from './ledger';
import { Lives } from './lives';
import { Openings } from './openings';
import {
  type AcquireRequest,
  type Lease,
  type ArtifactProblem,
  type RunSummary,
  type RunViews,
  type SessionCheck,
  type TestBegin,
  type TestEnd,
  type WaitReason,
  WANTED,
} from './protocol';
import type { RpcPeer } from './rpc';
import { workFolder } from './run-folder';
import { Slots } from './slots';
import { Sources } from './sources';
import { Sweeps } from './sweeps';
import type { StartBook } from './start-book';
import type { StartWatch } from './start-watched';
import { TestsOwn } from './tests-own';
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
  readonly #held = new Set<HeldSession>();
  readonly #testsOwn = new TestsOwn();
  readonly #openings = new Openings();
  readonly #endings = new Endings();
  readonly #problems: ArtifactProblem[] = [];
  #told = 0;
  readonly #lives = new Lives();
  readonly #said = new Set<string>();
  readonly #totals = { failedStarts: 0, tests: 0 };
  /** The browser that encodes clips: the one of the run's first session. */
  #encoderBrowser: Pick<ClipEncoderOptions, 'executablePath' | 'channel'> | undefined;
  /** No session is started any more. */
  #isEnding = false;
  #finishing: Promise<RunSummary> | undefined;
  readonly #connecting = new Connecting();

  /**
   * @param folder - the run's folder; profiles, frames and the ledger go into it.
   * @param sweeps - what clears away dead runs, for as long as this one goes on.
   */
  constructor(folder: string, sweeps = new Sweeps({ path: folder })) {
    const place = { runFolder: folder, ledger: new Ledger(folder), workFolder: workFolder(folder) };
    this.#sources = new Sources(place, sweeps, (problem) => this.report(problem), this.watched.run);
    this.#slots = new Slots({
      open: (request, watch) => this.#openTracked(request, watch),
      failed: (error) => {
        if (!WAS_NOT_TRIED.some((code) => isSessionwrightError(error, code)))
          this.#totals.failedStarts++;
      },
      end: (held) => this.#endInBackground(held),
      ask: (peer, leaseId) => {
        peer.call(WANTED, { leaseId }).catch(() => undefined); // it is gone
      },
    });
    this.#clips = new ClipQueue(
      () => launchEncoder({ ...this.#encoderBrowser, workDir: folder }),
      (problem) => this.report(problem),
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
    return saysSource && this.maySay(origin)
      ? { ...lease, notices: [origin, ...lease.notices] }
      : lease;
  }

  /** Workers are about to ask for these sessions: they are started meanwhile. */
  openAhead(requests: readonly AcquireRequest[]): void {
    for (const request of requests) this.#slots.openAhead(request);
  }

  /** Why a worker has no session yet. */
  async whyWaits(peer: RpcPeer): Promise<WaitReason> {
    return { startsWaitFor: await this.#sources.waitingFor(), inUse: this.#slots.waitsFor(peer) };
  }

  /** Where its sessions are watched. */
  async views(): Promise<RunViews> {
    return this.#sources.views([...this.#held]);
  }

  /** Where somebody on this machine can look at its walls without a key. */
  readonly wallLinks = async (): Promise<string[]> => this.#sources.wallLinks();

  release(leaseId: string): void {
    log('lease %s: released', leaseId);
    this.#slots.release(leaseId);
  }

  /** Frees whatever a process held that is gone. */
  releaseAll(peer: RpcPeer): void {
    this.#slots.releaseAll(peer);
  }

  /** A worker would give its session. True when somebody waits for it. */
  offer(leaseId: string): boolean {
    return this.#slots.offer(leaseId);
  }

  /** A test runs in the worker, or none does any more. */
  testRuns(leaseId: string, test: Pick<TestBegin, 'title' | 'timeoutMs'> | null): void {
    if (test) this.#slots.testRuns(leaseId, test);
    else this.#slots.endTest(leaseId);
  }

  give(leaseId: string): void {
    log('lease %s: gives session %s', leaseId, this.#slots.leased(leaseId).held.session.id);
    this.#slots.give(leaseId);
  }

  giveUp(leaseId: string): void {
    this.#slots.giveUp(leaseId);
  }

  /** Nobody uses the session of this lease any more. It ends when its worker, or another one, needs one. */
  abandon(leaseId: string): void {
    const { held } = this.#slots.leased(leaseId);
    log('lease %s: session %s is no good any more', leaseId, held.session.id);
    held.abandon();
  }

  /** What a test has left on the session of this lease could not be cleared. One that is somebody else's cannot be replaced, so the run does not attach to it again. */
  spoilt(leaseId: string): void {
    const { held, request } = this.#slots.leased(leaseId);
    if (request.options.sessionId !== undefined) this.#connecting.spoilt(held.session.id);
    this.abandon(leaseId);
  }

  /** The session of this lease could not be connected to. True when another one is worth a try: then nobody gets it any more. */
  unconnected(leaseId: string): boolean {
    const { key, request } = this.#slots.leased(leaseId);
    if (request.options.sessionId !== undefined || !this.#connecting.failed(key)) return false;
    this.abandon(leaseId);
    return true;
  }

  /** A worker connects to its session, directly where it can. */
  enterDirectly(leaseId: string): string | null {
    return this.#slots.leased(leaseId).held.enterDirectly();
  }

  /** Makes sure that the worker has a session that lives. A lease is answered when it is another one. */
  async ensureSession(check: SessionCheck): Promise<Lease | null> {
    if (check.isConnected === true) this.#connecting.succeeded(this.#slots.find(check.leaseId).key);
    const why = this.#slots.find(check.leaseId).held?.whyForOneTest(check.timeoutMs);
    const replaced = await this.#slots.ensureGood(check);
    const slot = this.#slots.leased(check.leaseId);
    slot.held.used = true;
    if (replaced) log('lease %s: moved to session %s', check.leaseId, slot.held.session.id);
    if (!replaced) return null;
    const lease = this.#lease(slot, false);
    return why !== undefined && this.maySay(FOR_ONE_TEST)
      ? { ...lease, notices: [...lease.notices, why] }
      : lease;
  }

  /** The same for a test, which is recorded when asked to. */
  async beginTest({ record, title, attempt, ...check }: TestBegin): Promise<Lease | null> {
    const replacement = await this.ensureSession(check);
    this.#slots.beginTest(check.leaseId, { title, timeoutMs: check.timeoutMs });
    const { held, parallelIndex: worker } = this.#slots.leased(check.leaseId);
    held.tests++;
    if (this.watched.begin(attempt, held, { title, worker })) this.#totals.tests++;
    if (record) await this.#startRecording(held, record);
    return replacement;
  }

  /** What only the API of a session tells is kept from now on. */
  async useApi(leaseId: string): Promise<void> {
    const { held } = this.#slots.leased(leaseId);
    held.isUsedByApi = true;
    await held.keepForApi();
  }

  /** Waits, briefly, until what is on screen now is in the recording. True when it has any picture since then. */
  async settle(leaseId: string, fromMs: number): Promise<boolean> {
    const { held } = this.#slots.leased(leaseId);
    if (!held.isRecording) return false;
    const { recorder, frames } = await held.recording();
    await recorder.stop();
    return frames.select(fromMs, Infinity).length > 0;
  }

  /** Ends the recording of a test, and orders its clip when it is to be kept. True when it did. */
  async endTest(test: TestEnd): Promise<boolean> {
    this.#slots.endTest(test.leaseId);
    const { held } = this.#slots.leased(test.leaseId);
    held.note([{ outcome: test.outcome, at: Date.now() }]);
    if (!held.isRecording) return false;
    const { recorder, frames } = await held.recording();
    await recorder.stop({ lastLook: false }); // the page is closed; what it showed last was taken by `settle`
    if (test.leftContextId !== undefined) recorder.leave(test.leftContextId);
    if (test.clip) this.#clips.add({ ...test.clip, store: frames, leaseId: test.leaseId });
    return test.clip !== null;
  }

  /** The session of a lease. */
  held(leaseId: string): HeldSession {
    return this.#slots.leased(leaseId).held;
  }

  /** Takes responsibility for what a test starts by itself through the client of its session. */
  startsOf(leaseId: string): StartBook {
    return this.#testsOwn.bookOf(this.#slots.leased(leaseId).held.source);
  }

  /** A test has stopped a session: one that it has started, or its own. */
  async stoppedByTest(sessionId: string): Promise<void> {
    for (const own of this.#held) if (own.session.id === sessionId) own.stoppedByTest();
    await this.#testsOwn.stopped(sessionId);
  }

  report(problem: ArtifactProblem): void {
    this.#problems.push(problem);
  }

  /** True once for each remark: it is made once per run, whatever number of workers there are. */
  maySay(message: string): boolean {
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

  /** Nobody is there any more to run tests: what costs elsewhere is ended, and nothing is started. */
  endCostly(): void {
    this.#isEnding = true;
    for (const held of this.#held) if (held.isCostly) void this.#endInBackground(held);
    this.#endTestsOwn();
  }

  /** Stops everything, makes the clips that are left, tells what was used. Idempotent. */
  async finish(): Promise<RunSummary> {
    this.#isEnding = true;
    return (this.#finishing ??= this.#finish());
  }

  /** Sessions do not wait for the clips: they may cost, and their pictures are on this machine. */
  async #finish(): Promise<RunSummary> {
    for (const held of this.#held) void this.#endInBackground(held);
    this.#endTestsOwn();
    await Promise.all([this.#clips.close(), this.#sessionsOver()]);
    await this.#sources.close();
    await this.#openings.settled();
    const leftRunning = this.#endings.left;
    for (const sessionId of leftRunning) this.#lives.left(sessionId);
    return {
      ...this.#totals,
      sessions: this.#lives.all.length + this.#testsOwn.count,
      browserMs: this.#lives.browserMs,
      clips: this.#clips.written,
      problems: this.#problems,
      leftRunning,
      lives: this.#lives.all,
    };
  }

  #endTestsOwn(): void {
    for (const sessionId of this.#testsOwn.running)
      void this.#endings.end(sessionId, async () => this.#testsOwn.stop(sessionId));
  }

  /** A start may wait for the place of a session that ends, and what comes of it is ended too. */
  async #sessionsOver(): Promise<void> {
    await this.#endings.settled();
    await this.#openings.over(() => this.#slots.close());
    await this.#endings.over();
  }

  /** Keeps an opening in sight: it ends with the run, and its line in the ledger with it. */
  async #openTracked(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    if (this.#isEnding)
      throw new HostError('No session is started any more: the run is ending.', {
        code: 'host_unavailable',
      });
    return this.#openings.track(this.#open(request, watch));
  }

  async #open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    const askedMs = Date.now();
    const held = await this.#startHeld(request, watch);
    held.startMs = held.startedAtMs - askedMs;
    if (this.#isEnding) {
      await this.#endings.end(held.session.id, async () => held.stop());
      throw new HostError('The session was stopped before its use: the run is ending.', {
        code: 'host_unavailable',
      });
    }
    this.#held.add(held);
    return held;
  }

  async #startHeld(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    this.#connecting.check(request.options);
    const source = await this.#sources.for(request.options, request.browser);
    const held = await source.open(request, watch);
    this.#encoderBrowser ??= {
      executablePath: request.options.executablePath ?? request.browser.executablePath,
      channel: request.browser.channel,
    };
    return held;
  }

  #lease(slot: { held: HeldSession; lease: { id: string } }, reused: boolean): Lease {
    const notices = slot.held.source.notices.filter((notice) => this.maySay(notice));
    return leaseOf(slot, { reused, notices });
  }

  async #startRecording(held: HeldSession, how: NonNullable<TestBegin['record']>): Promise<void> {
    try {
      (await held.recording()).recorder.start(how);
    } catch (error) {
      this.report({ what: `No recording of session ${held.session.id}`, reason: messageOf(error) });
    }
  }

  /** Resolves when it has ended, or takes too long for it. */
  async #endInBackground(held: HeldSession): Promise<void> {
    if (!this.#held.delete(held)) return;
    log('session %s: ended', held.session.id);
    this.#lives.ended(held);
    await this.#endings.end(held.session.id, () => held.stop());
  }
}
