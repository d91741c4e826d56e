/** The host's door: a loopback socket that workers, runner and reporter call through, each after it has said the run's token. */
import { createServer, type Server, type Socket } from 'node:net';
import { isToken } from '../base/tokens';
import { HostError } from '../contract/errors';
import type { ArtifactProblem, HostCalls, HostMethod, ShownWaits, WaitReason } from './protocol';
import { Refusals } from './refusals';
import { RpcPeer } from './rpc';
import { Run } from './run';
import type { Sweeps } from './sweeps';
import { publishEndpoint, type RunFolder } from './run-folder';
import { Waits } from './waits';

type Role = HostCalls['hello']['params']['role'];
type Handlers = {
  [M in HostMethod]: (
    params: HostCalls[M]['params'],
    peer: RpcPeer,
  ) => Promise<HostCalls[M]['result']>;
};

/** How long somebody who connects may take to say the run's token, in milliseconds: it is the first thing that ours do. */
const HELLO_TIMEOUT_MS = 30_000;

/** Who waits less than this is not shown, in milliseconds: a start takes as long. */
const WORTH_A_WORD_MS = 2_000;

/** Listens for the processes of one run. */
export class Host {
  readonly run: Run;
  /** Resolves when somebody of the run has said that it is finished, and has got the answer. */
  readonly finished: Promise<void>;
  readonly #folder: RunFolder;
  readonly #server: Server;
  readonly #roles = new Map<RpcPeer, Role>();
  readonly #refusals = new Refusals();
  readonly #waits = new Waits();
  readonly #handlers: Handlers;
  #token = '';
  #markFinished: () => void = () => undefined;

  constructor(folder: RunFolder, sweeps: Sweeps) {
    this.#folder = folder;
    this.run = new Run(folder.path, sweeps);
    this.#server = createServer((socket) => this.#welcome(socket));
    this.finished = new Promise((resolve) => (this.#markFinished = resolve));
    this.#handlers = this.#answers();
  }

  /** Starts to listen on a free loopback port, and makes the place known in the run's folder. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve),
    );
    const address = this.#server.address();
    this.#token = (
      await publishEndpoint(this.#folder, typeof address === 'object' && address ? address.port : 0)
    ).token;
  }

  /** Resolves when no worker is connected. */
  async workersGone(): Promise<void> {
    await Promise.all(
      [...this.#roles].flatMap(([peer, role]) => (role === 'worker' ? [peer.closed] : [])),
    );
  }

  close(): void {
    this.#server.close();
    for (const peer of this.#roles.keys()) peer.close();
  }

  #welcome(socket: Socket): void {
    const peer: RpcPeer = new RpcPeer(socket, async (method, params) =>
      this.#answer(peer, method, params),
    );
    const late = setTimeout(() => this.#roles.has(peer) || peer.close(), HELLO_TIMEOUT_MS).unref();
    void peer.closed.then(() => {
      clearTimeout(late);
      this.#roles.delete(peer);
      this.#refusals.workerLeft(peer);
      this.run.releaseAll(peer);
    });
  }

  async #answer(peer: RpcPeer, method: string, params: unknown): Promise<unknown> {
    if (method !== 'hello' && !this.#roles.has(peer))
      throw new HostError('Say hello first.', { code: 'host_protocol' });
    const handler = (
      this.#handlers as Record<
        string,
        ((params: never, peer: RpcPeer) => Promise<unknown>) | undefined
      >
    )[method];
    if (!handler)
      throw new HostError(`The host does not know the call ${method}.`, { code: 'host_protocol' });
    return handler(params as never, peer);
  }

  #answers(): Handlers {
    const run = this.run;
    const waits = this.#waits;
    return {
      hello: async ({ token, role }, peer) => {
        if (!isToken(token, this.#token))
          throw new HostError('Wrong token.', { code: 'host_protocol' });
        this.#roles.set(peer, role);
        if (role === 'worker') this.#refusals.workerCame(peer);
        return { pid: process.pid };
      },
      openAhead: async ({ requests }) => done(() => run.openAhead(requests)),
      acquire: async (request, peer) =>
        waits.during(peer, () => run.acquire(request, peer, { saysSource: !this.#hasReporter() })),
      tellWait: async (_, peer) => this.#tellWait(peer),
      waits: async () => this.#shownWaits(),
      views: async () => run.views(),
      wallLinks: async () => run.wallLinks(),
      release: async ({ leaseId }) => this.#release(leaseId),
      ensureSession: async (check, peer) => waits.during(peer, () => run.ensureSession(check)),
      beginTest: async (test, peer) => waits.during(peer, () => run.beginTest(test)),
      offer: async ({ leaseId }) => run.offer(leaseId),
      testRuns: async ({ leaseId, test }) => done(() => run.testRuns(leaseId, test)),
      give: async ({ leaseId }) => done(() => run.give(leaseId)),
      giveUp: async ({ leaseId }) => done(() => run.giveUp(leaseId)),
      keepState: async ({ leaseId }) => done(() => (run.held(leaseId).keepsState = true)),
      abandon: async ({ leaseId }) => done(() => run.abandon(leaseId)),
      spoilt: async ({ leaseId }) => done(() => run.spoilt(leaseId)),
      unconnected: async ({ leaseId }) => run.unconnected(leaseId),
      enterDirectly: async ({ leaseId }) => run.enterDirectly(leaseId),
      useApi: async ({ leaseId }) => nothing(run.useApi(leaseId)),
      settle: async ({ leaseId, fromMs }) => run.settle(leaseId, fromMs),
      endTest: async (test) => run.endTest(test),
      noteSteps: async ({ attempts }) => done(() => run.watched.step(attempts)),
      hangs: async ({ leaseId }) => run.held(leaseId).hangs(),
      whyLost: async ({ leaseId }) => run.held(leaseId).whyLost(),
      beginStart: async ({ leaseId, start }) => nothing(run.startsOf(leaseId).begin(start)),
      endStart: async ({ leaseId, start, outcome }) =>
        nothing(run.startsOf(leaseId).end(start, outcome)),
      stopped: async ({ sessionId }) => nothing(run.stoppedByTest(sessionId)),
      report: async (problem) => done(() => run.report(problem)),
      maySay: async ({ message }) => run.maySay(message),
      refuse: async (refusal) => this.#refusals.refuse(refusal),
      refusal: async () => this.#refusals.current,
      finish: async () => {
        const summary = await run.finish();
        setImmediate(() => this.#markFinished()); // the answer goes out first
        return { ...summary, pid: process.pid };
      },
    };
  }

  async #tellWait(peer: RpcPeer): Promise<WaitReason | null> {
    const { startsWaitFor, inUse } = await this.run.whyWaits(peer);
    const kind = startsWaitFor === undefined ? `in use: ${inUse !== undefined}` : 'starts wait';
    return this.#waits.mayTell(kind) ? { startsWaitFor, inUse } : null;
  }

  async #shownWaits(): Promise<ShownWaits | null> {
    this.#waits.shown();
    const waiting = this.#waits.longerThan(WORTH_A_WORD_MS);
    const [first] = waiting;
    if (!first) return null;
    const forMs = performance.now() - first.sinceMs;
    return { ...(await this.run.whyWaits(first.peer)), workers: waiting.length, forMs };
  }

  /** The worker's session is free. Without a reporter, the worker is told of what went wrong. */
  async #release(leaseId: string): Promise<ArtifactProblem[]> {
    this.run.release(leaseId);
    if (this.#hasReporter()) return [];
    await this.run.clipsWritten(leaseId);
    return this.run.untoldProblems();
  }

  /** A reporter waits for the clips itself, before the reports are written. */
  #hasReporter(): boolean {
    return [...this.#roles.values()].includes('reporter');
  }
}

async function nothing(work: Promise<unknown>): Promise<null> {
  await work;
  return null;
}

function done(work: () => void): null {
  work();
  return null;
}
