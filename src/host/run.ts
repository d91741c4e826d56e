/** One test run: assigns sessions to workers, records tests, counts, and ends everything. */
import { messageOf } from '../base/errors';
import { logOf, since } from '../base/log';
import { isSessionwrightError } from '../contract/errors';
import { withoutSecrets } from '../story/secrets';
import { Attempts } from './attempts';
import { BadSessions, withdrawIfRemembered } from './bad-sessions';
import { ClipQueue } from './clip-queue';
import type { HeldSession } from './held-session';
import { KeptSessions } from './kept-sessions';
import { Leases, sessionOf } from './leases';
import { LocalEncoder } from './local-encoder';
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
  type TestEnded,
  type TestStart,
  WANTED,
} from './protocol';
import type { RpcPeer } from './rpc';
import { leaseOf, RunSessions } from './run-sessions';
import { Sources } from './sources';
import { thisRun } from './this-run';
import type { StartWatch } from './starts';

/** Printed once, whatever the timeouts are. */
const FOR_ONE_TEST = 'a session is for one test';
/** Error codes of starts that were not tried, or that the end of the run cancelled. */
const WAS_NOT_TRIED = ['api_down', 'host_unavailable'];

const log = logOf('lease');

/** The sessions, clips and counts of a run. */
export class Run {
  readonly leases: Leases<HeldSession>;
  readonly #run = thisRun();
  readonly #sources: Sources;
  readonly #encoder: LocalEncoder;
  readonly clips: ClipQueue;
  readonly #sessions = new RunSessions(async (held) =>
    this.clips.encodeIn(async () => held.openEncoder()),
  );
  readonly #kept = new KeptSessions(async (held) => this.#sessions.end(held));
  readonly #badSessions = new BadSessions();
  readonly #problems: ArtifactProblem[] = [];
  /** How many of the problems workers printed. */
  #printed = 0;
  readonly #messages = new Set<string>();
  #failedStarts = 0;
  readonly #attempts = new Attempts();
  #finishing: Promise<RunSummary> | undefined;

  /** @param folder - the run's folder, for profiles, frames and the ledger. */
  constructor(folder: string) {
    const onProblem = (problem: ArtifactProblem): void => void this.#problems.push(problem);
    this.#sources = new Sources(folder, onProblem, this.#run);
    this.leases = new Leases({
      open: async (request, watch) => this.#sessions.start(async () => this.#open(request, watch)),
      failed: (error) => {
        const wasTried = !isSessionwrightError(error) || !WAS_NOT_TRIED.includes(error.code);
        if (wasTried) this.#failedStarts++;
      },
      end: async (held) => (this.#kept.has(held) ? undefined : this.#sessions.end(held)),
      ask: (peer, leaseId) => {
        peer.request(WANTED, { leaseId }).catch(() => undefined); // it is gone
      },
    });
    this.#encoder = new LocalEncoder(folder);
    this.clips = new ClipQueue(this.#encoder, onProblem);
  }

  /** @param saysSource - the worker prints where sessions come from, because there is no reporter that does. */
  async acquire(
    request: AcquireRequest,
    peer: RpcPeer,
    { saysSource }: { saysSource: boolean },
  ): Promise<Lease> {
    const askedMs = performance.now();
    const { id } = await this.leases.acquire(request, peer);
    const reused = this.#held(id).usage === 'used';
    const lease = this.#lease(id, reused);
    log(
      'lease %s: worker %d gets %s session %s after %s',
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

  /** Why a worker has no session yet. */
  async whyWaits(peer: RpcPeer): Promise<WaitReason> {
    return { startsWaitFor: await this.#sources.waitingFor(), inUse: this.leases.usersFor(peer) };
  }

  /** The pages that show its sessions. */
  async views(withLinks: boolean): Promise<RunViews> {
    const sessions = this.#sessions.running.map(({ session: { id, viewerUrl } }) => ({
      id,
      viewerUrl,
    }));
    return { walls: await this.#sources.walls(withLinks), sessions };
  }

  /** A worker has ended, perhaps during a test: that test has failed. */
  async workerLeft(peer: RpcPeer): Promise<void> {
    const keeping = this.leases
      .inTests(peer)
      .map(async (lease) => this.#kept.keep(lease, lease.test?.title ?? ''));
    this.leases.releaseAll(peer);
    await Promise.all(keeping);
  }

  release(leaseId: string): void {
    log('lease %s: released', leaseId);
    this.leases.release(leaseId);
  }

  /** Processes what a worker or the reporter reports. */
  async handle(event: RunEvent): Promise<void> {
    switch (event.type) {
      case 'running':
        this.leases.testRuns(event.leaseId, event.test);
        break;
      case 'session-returned':
        log('lease %s: returns session %s', event.leaseId, this.#held(event.leaseId).session.id);
        this.leases.giveBack(event.leaseId);
        break;
      case 'wait-cancelled':
        this.leases.cancelWait(event.leaseId);
        break;
      case 'state-kept':
        this.#held(event.leaseId).keepsState = true;
        break;
      case 'api-used':
        await this.#keepForApi(event.leaseId);
        break;
      case 'start-began':
        await this.#held(event.leaseId).source.startBegan(event.start);
        break;
      case 'start-ended':
        await this.#startEnded(event);
        break;
      case 'session-stopped':
        await this.#sessions.stoppedByTest(event.sessionId);
        break;
      case 'context-prepared':
        await this.#held(event.leaseId).hideContext(event.contextId);
        break;
      case 'steps':
        this.#attempts.show(event.attempts);
        break;
      case 'problem':
        this.#problems.push(event.problem);
        break;
    }
  }

  /** Decides what happens to a session that its worker cannot use. */
  async reportBadSession(leaseId: string, reason: BadSessionReason): Promise<BadSessionAnswer> {
    return this.#badSessions.report(this.#held(leaseId), this.leases.find(leaseId), reason);
  }

  /** The browser's own CDP endpoint, for a worker that is about to connect. */
  connectDirectly(leaseId: string): string | null {
    return this.#held(leaseId).enterDirectly();
  }

  /** Makes sure that the worker has a good session, and starts the recording of its test. Returns a lease when it has another session now. */
  async prepareSession({ test, ...check }: SessionCheck): Promise<Lease | null> {
    const { leaseId, timeoutMs } = check;
    const why = sessionOf(this.leases.find(leaseId))?.whyForOneTest(timeoutMs);
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

  /** Waits, briefly, until the picture on screen is recorded. True if the recording has a picture since `fromMs`. */
  async settle(leaseId: string, fromMs: number): Promise<boolean> {
    const held = this.#held(leaseId);
    if (!held.isRecording) return false;
    const { recorder, frames } = await held.recording();
    await recorder.stop();
    return frames.select(fromMs, Infinity).length > 0;
  }

  /** Ends a test: its recording, and if it failed perhaps the use of its session. */
  async endTest(test: TestEnd): Promise<TestEnded> {
    const lease = this.leases.find(test.leaseId);
    const hasClip = await this.#endRecording(test);
    const isClipLate = test.waitsForClip && !(await this.clips.writtenSoon(test.leaseId));
    const kept = test.outcome === 'failed' ? await this.#kept.keep(lease, test.title) : undefined;
    return { hasClip, isClipLate, kept };
  }

  async #endRecording(test: TestEnd): Promise<boolean> {
    this.leases.endTest(test.leaseId);
    const held = this.#held(test.leaseId);
    held.note([{ outcome: test.outcome, at: Date.now() }]);
    if (!held.isRecording) return false;
    const { recorder, frames } = await held.recording();
    await recorder.stop({ lastLook: false }); // the page is closed; `settle` took its last picture
    if (test.leftContextId !== undefined) recorder.leave(test.leftContextId);
    if (test.clip) this.clips.add({ ...test.clip, store: frames, leaseId: test.leaseId });
    return test.clip !== null;
  }

  /** True once for each message: it is printed once per run. */
  claimMessage(message: string): boolean {
    if (this.#messages.has(message)) return false;
    this.#messages.add(message);
    return true;
  }

  /** The problems since the last call. Workers print them if there is no reporter. */
  newProblems(): ArtifactProblem[] {
    const problems = this.#problems.slice(this.#printed);
    this.#printed = this.#problems.length;
    return problems;
  }

  /** The runner died: stops billed sessions, and starts no more. */
  endCostly(): void {
    this.clips.sessionsOver();
    this.#sessions.endAll(({ isCostly }) => !isCostly);
  }

  /**
   * Stops everything, makes the remaining clips, and returns what the run used. Idempotent.
   * @param keepsFailed - kept sessions stay open. {@link over} and {@link end} follow
   */
  async finish({ keepsFailed = false } = {}): Promise<RunSummary> {
    return (this.#finishing ??= this.#finish(keepsFailed));
  }

  /** Resolves when the kept sessions of a finished run have ended. */
  async over(): Promise<void> {
    await this.#kept.over();
    await this.#sources.close();
    await this.#sessions.startsSettled();
  }

  /** Finishes, and ends everything now. */
  async end(): Promise<void> {
    await Promise.all([this.finish(), this.#kept.endAll()]);
    await this.over();
  }

  /** Sessions only wait for clips if they encode them: they may cost, and their frames are on this machine. */
  async #finish(keepsFailed: boolean): Promise<RunSummary> {
    if (!keepsFailed) void this.#kept.endAll();
    this.#sessions.endAll((held) => keepsFailed && this.#kept.has(held));
    const over = this.#sessions.over(() => this.leases.close());
    await Promise.all([this.clips.close(), over.finally(() => this.clips.sessionsOver())]);
    if (!keepsFailed || this.#kept.all.length === 0) await this.over();
    return {
      failedStarts: this.#failedStarts,
      ...this.#attempts.counts,
      ...this.#sessions.summary,
      kept: this.#kept.all,
      clips: this.clips.written,
      clipsInSessions: this.clips.writtenInSessions,
      problems: this.#problems,
    };
  }

  async #open(request: AcquireRequest, watch: StartWatch): Promise<HeldSession> {
    this.#badSessions.checkAttach(request.options);
    const source = await this.#sources.for(request.options, request.browser);
    const held = await source.open(request, this.#kept.makingRoom(watch));
    this.#encoder.choose(request);
    return held;
  }

  #lease(leaseId: string, reused: boolean): Lease {
    const held = this.#held(leaseId);
    const notices = held.source.notices.filter((notice) => this.claimMessage(notice));
    return leaseOf(held, { leaseId, reused, notices });
  }

  /** True when the lease has another session now. */
  async #replaceUnfit(check: SessionCheck): Promise<boolean> {
    const { leaseId, timeoutMs, hasOpenContexts = false } = check;
    const lease = this.leases.find(leaseId);
    const { key, request } = lease;
    const held = sessionOf(lease);
    if (check.isConnected === true) this.#badSessions.connected(key);
    if (check.mayBeGone) await held?.checkHealth();
    withdrawIfRemembered(held, request, check);
    return this.leases.ensureGood(leaseId, { timeoutMs, hasOpenContexts });
  }

  #held(leaseId: string): HeldSession {
    return this.leases.session(leaseId);
  }

  /** Keeps what only the session's API reports, from now on. */
  async #keepForApi(leaseId: string): Promise<void> {
    const held = this.#held(leaseId);
    held.isUsedByApi = true;
    await held.keepForApi();
  }

  async #startEnded({
    leaseId,
    start,
    outcome,
  }: Extract<RunEvent, { type: 'start-ended' }>): Promise<void> {
    const { source } = this.#held(leaseId);
    if (outcome.sessionId !== null) this.#sessions.startedByTest(outcome.sessionId, source);
    await source.startEnded(start, outcome);
  }

  async #beginTest(
    leaseId: string,
    { title, attempt, record, timeoutMs }: TestStart & { timeoutMs: number },
  ): Promise<void> {
    this.leases.beginTest(leaseId, { title, timeoutMs });
    const { parallelIndex: worker } = this.leases.find(leaseId);
    const held = this.#held(leaseId);
    this.#attempts.begin(attempt, held);
    held.note([{ title: withoutSecrets(title), worker, run: this.#run, at: Date.now() }]);
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
