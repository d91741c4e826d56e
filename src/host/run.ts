/** One test run as its host sees it: hands out sessions, records tests, keeps count, and ends everything. */
import { messageOf } from '../base/errors';
import { logOf, since } from '../base/log';
import { isSessionwrightError } from '../contract/errors';
import type { ClipEncoderOptions } from '../recording/clip-encoder';
import { BadSessions, withdrawIfRemembered } from './bad-sessions';
import { ClipQueue, launchEncoder } from './clip-queue';
import type { HeldSession } from './held-session';
import { Leases } from './leases';
import { sessionOf } from './lease-state';
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
  type WaitReason,
  type TestEnd,
  type TestStart,
  WANTED,
} from './protocol';
import type { RpcPeer } from './rpc';
import { workFolder } from './run-folder';
import { factsOf, RunSessions } from './run-sessions';
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
  readonly #leases: Leases<HeldSession>;
  readonly #clips: ClipQueue;
  readonly #sessions = new RunSessions();
  readonly #problems: ArtifactProblem[] = [];
  #told = 0;
  readonly #said = new Set<string>();
  readonly #totals = { failedStarts: 0, tests: 0 };
  /** The browser that encodes clips: the one of the run's first session. */
  #encoderBrowser: Pick<ClipEncoderOptions, 'executablePath' | 'channel'> | undefined;
  #finishing: Promise<RunSummary> | undefined;
  readonly #badSessions = new BadSessions();

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
    this.#leases = new Leases({
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
    const { id } = await this.#leases.acquire(request, peer);
    const reused = this.#held(id).usage === 'used';
    const lease = this.#lease(id, reused);
    log(
      'lease %s: place %d gets %s session %s after %s',
      lease.leaseId,
      request.parallelIndex,
      reused ? 'the used' : 'a fresh',
      lease.sessionId,
      since(askedMs),
    );
    const origin = `sessions come from: ${lease.facts.source}`;
    return saysSource && this.claimMessage(origin)
      ? { ...lease, notices: [origin, ...lease.notices] }
      : lease;
  }

  /** Starts sessions that workers will ask for soon. */
  prestart(requests: readonly AcquireRequest[]): void {
    for (const request of requests) this.#leases.prestart(request);
  }

  /** Why a worker has no session yet. */
  async whyWaits(peer: RpcPeer): Promise<WaitReason> {
    return { startsWaitFor: await this.#sources.waitingFor(), inUse: this.#leases.usersFor(peer) };
  }

  /** The pages that show its sessions. */
  async views(withLinks: boolean): Promise<RunViews & { links: string[] }> {
    const views = await this.#sources.views(this.#sessions.running);
    return { ...views, links: withLinks ? await this.#sources.wallLinks() : [] };
  }

  release(leaseId: string): void {
    log('lease %s: released', leaseId);
    this.#leases.release(leaseId);
  }

  /** Frees whatever a process held that is gone. */
  releaseAll(peer: RpcPeer): void {
    this.#leases.releaseAll(peer);
  }

  /** A worker does not use its session. True when another worker waits for it. */
  offer(leaseId: string): boolean {
    return this.#leases.offer(leaseId);
  }

  /** Processes what a worker or the reporter reports. */
  async handle(event: RunEvent): Promise<void> {
    switch (event.type) {
      case 'running':
        this.#setRunning(event.leaseId, event.test);
        break;
      case 'session-returned':
        log('lease %s: returns session %s', event.leaseId, this.#held(event.leaseId).session.id);
        this.#leases.giveBack(event.leaseId);
        break;
      case 'wait-cancelled':
        this.#leases.cancelWait(event.leaseId);
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
      case 'context-prepared':
        await this.#held(event.leaseId).hideContext(event.contextId);
        break;
      case 'steps':
        this.watched.step(event.attempts);
        break;
      case 'problem':
        this.#problems.push(event.problem);
        break;
    }
  }

  /** Decides what happens to a session that its worker cannot use. */
  async reportBadSession(leaseId: string, reason: BadSessionReason): Promise<BadSessionAnswer> {
    return this.#badSessions.report(this.#held(leaseId), this.#leases.find(leaseId), reason);
  }

  /** The browser's own CDP endpoint, for a worker that is about to connect. */
  connectDirectly(leaseId: string): string | null {
    return this.#held(leaseId).enterDirectly();
  }

  /** Makes sure that the worker has a good session, and starts the recording of its test. Returns a lease when it has another session now. */
  async prepareSession({ test, ...check }: SessionCheck): Promise<Lease | null> {
    const { leaseId, timeoutMs } = check;
    const why = sessionOf(this.#leases.find(leaseId).state)?.whyForOneTest(timeoutMs);
    const isReplaced = await this.#replaceUnfit(check);
    const held = this.#held(leaseId);
    held.usage = 'used';
    if (check.ownContext) held.remember(check.ownContext.lasting);
    if (isReplaced) log('lease %s: moved to session %s', leaseId, held.session.id);
    const lease = isReplaced ? this.#lease(leaseId, false) : null;
    if (lease && why !== undefined && this.claimMessage(FOR_ONE_TEST)) lease.notices.push(why);
    if (test) await this.#beginTest(leaseId, { ...test, timeoutMs });
    return lease;
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
    this.#leases.endTest(test.leaseId);
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
    await Promise.all([this.#clips.close(), this.#sessions.over(() => this.#leases.close())]);
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
    this.#badSessions.checkAttach(request.options);
    const source = await this.#sources.for(request.options, request.browser);
    const held = await source.open(request, watch);
    this.#encoderBrowser ??= {
      executablePath: request.options.executablePath ?? request.browser.executablePath,
      channel: request.browser.channel,
    };
    return held;
  }

  #lease(leaseId: string, reused: boolean): Lease {
    const held = this.#held(leaseId);
    const { session, source } = held;
    return {
      leaseId,
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

  /** True when the lease has another session now. */
  async #replaceUnfit(check: SessionCheck): Promise<boolean> {
    const { leaseId, timeoutMs, hasOpenContexts = false } = check;
    const { key, request, state } = this.#leases.find(leaseId);
    const held = sessionOf(state);
    if (check.isConnected === true) this.#badSessions.connected(key);
    if (check.mayBeGone) await held?.checkHealth();
    withdrawIfRemembered(held, request, check);
    return this.#leases.ensureGood(leaseId, { timeoutMs, hasOpenContexts });
  }

  #held(leaseId: string): HeldSession {
    return this.#leases.session(leaseId);
  }

  #setRunning(leaseId: string, test: { title: string; timeoutMs: number } | null): void {
    if (test) this.#leases.testRuns(leaseId, test);
    else this.#leases.endTest(leaseId);
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
    this.#leases.beginTest(leaseId, { title, timeoutMs });
    const { parallelIndex: worker } = this.#leases.find(leaseId);
    const held = this.#held(leaseId);
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
