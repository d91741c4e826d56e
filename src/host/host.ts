/** The host's server: workers, runner and reporter call it over a loopback socket. They send the run's token first. */
import { createServer, type Server, type Socket } from 'node:net';
import { settledWithin } from '../base/deadline';
import { isToken } from '../base/tokens';
import { HostError } from '../contract/errors';
import type {
  AcquireRequest,
  ArtifactProblem,
  HostCalls,
  HostMethod,
  WaitReason,
} from './protocol';
import { Refusals, WaitMessages } from './messages';
import { RpcPeer } from './rpc';
import { Run } from './run';
import { publishEndpoint, type RunFolder } from './run-folder';

type Role = HostCalls['hello']['params']['role'];
type Handlers = {
  [M in HostMethod]: (
    params: HostCalls[M]['params'],
    peer: RpcPeer,
  ) => Promise<HostCalls[M]['result']>;
};

/** How long a client may take to send the run's token, in milliseconds: our processes send it first. */
const HELLO_TIMEOUT_MS = 30_000;

/** How long the workers of a dead runner may take to end their tests and save cookies, in milliseconds; and with a billed session. */
const ORPHANS_MS = 10_000;
const COSTLY_ORPHANS_MS = 4_000;
/** How long the clips and sessions may take after that, in milliseconds. */
const FINISH_MS = 30_000;

/** Listens for the processes of one run. */
export class Host {
  readonly run: Run;
  /** Resolves when a process of the run has called `finish` and received the summary. */
  readonly finished: Promise<void>;
  readonly #folder: RunFolder;
  readonly #server: Server;
  readonly #roles = new Map<RpcPeer, Role>();
  readonly #refusals = new Refusals();
  readonly #waitMessages = new WaitMessages();
  readonly #handlers: Handlers;
  #token = '';
  #markFinished: () => void = () => undefined;

  constructor(folder: RunFolder) {
    this.#folder = folder;
    this.run = new Run(folder.path);
    this.#server = createServer((socket) => this.#welcome(socket));
    this.finished = new Promise((resolve) => (this.#markFinished = resolve));
    this.#handlers = this.#answers();
  }

  /** Listens on a free loopback port, and publishes it in the run's folder. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve),
    );
    const address = this.#server.address();
    this.#token = (
      await publishEndpoint(this.#folder, typeof address === 'object' && address ? address.port : 0)
    ).token;
  }

  /** Ends a run whose runner died. Its workers live a little longer. */
  async endOrphaned(): Promise<void> {
    const workers = [...this.#roles].filter(([, role]) => role === 'worker');
    const workersGone = Promise.all(workers.map(async ([peer]) => peer.closed));
    await settledWithin(workersGone, COSTLY_ORPHANS_MS);
    this.run.endCostly();
    await settledWithin(workersGone, ORPHANS_MS - COSTLY_ORPHANS_MS);
    await settledWithin(this.run.end(), FINISH_MS);
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
      void this.run.workerLeft(peer);
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
    return {
      hello: async ({ token, role }, peer) => {
        if (!isToken(token, this.#token))
          throw new HostError('Wrong token.', { code: 'host_protocol' });
        this.#roles.set(peer, role);
        if (role === 'worker') this.#refusals.workerCame(peer);
        return { pid: process.pid };
      },
      acquire: async (request, peer) => {
        await checkOptions(request);
        return run.acquire(request, peer, { saysSource: !this.#hasReporter() });
      },
      prepareSession: async (check) => run.prepareSession(check),
      reportBadSession: async ({ leaseId, reason }) => run.reportBadSession(leaseId, reason),
      offer: async ({ leaseId }) => run.leases.offer(leaseId),
      release: async ({ leaseId }) => this.#release(leaseId),
      connectDirectly: async ({ leaseId }) => run.connectDirectly(leaseId),
      settle: async ({ leaseId, fromMs }) => run.settle(leaseId, fromMs),
      endTest: async (test) => run.endTest(test),
      report: async (event) => {
        await run.handle(event);
        return null;
      },
      waits: async (_, peer) => this.#whyWaits(peer),
      views: async ({ withLinks }) => run.views(withLinks),
      claimMessage: async ({ message }) => run.claimMessage(message),
      admitTest: async ({ refusal, options }) => {
        if (options) (await import('../options/validate')).validateTestOptions(options, 'use');
        return refusal ? this.#refusals.refuse(refusal) : this.#refusals.current;
      },
      finish: async (how) => {
        const summary = await run.finish(how);
        setImmediate(() => void run.over().finally(() => this.#markFinished())); // the answer goes out first
        return { ...summary, pid: process.pid };
      },
    };
  }

  /** Null if a worker printed such a message lately. */
  async #whyWaits(peer: RpcPeer): Promise<WaitReason | null> {
    const why = await this.run.whyWaits(peer);
    const kind =
      why.startsWaitFor === undefined ? `in use: ${why.inUse !== undefined}` : 'starts wait';
    return this.#waitMessages.mayPrint(kind) ? why : null;
  }

  /** Releases the worker's session. Without a reporter, the worker prints the problems. */
  async #release(leaseId: string): Promise<ArtifactProblem[]> {
    this.run.release(leaseId);
    if (this.#hasReporter()) return [];
    await this.run.clips.writtenFor(leaseId);
    return this.run.newProblems();
  }

  /** A reporter waits for the clips itself, before the reports are written. */
  #hasReporter(): boolean {
    return [...this.#roles.values()].includes('reporter');
  }
}

/** Refuses wrong options before a session starts. The schemas are here, so that workers need not load them. */
async function checkOptions({
  options,
  use = { path: 'use', names: [] },
}: AcquireRequest): Promise<void> {
  const { validateProjectUse } = await import('../options/validate');
  const names = Object.fromEntries(use.names.map((name) => [name, undefined]));
  validateProjectUse({ ...names, sessionOptions: options }, use.path);
}
