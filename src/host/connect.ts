/** The way to the run's host: finds it, or starts it when this process is the first to ask. Loaded by every worker, so it stays small. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { orAfter } from '../base/deadline';
import { isProcessAlive } from '../base/processes';
import { HostError, TimeoutError } from '../contract/errors';
import { hostEnvironment } from '../options/environment';
import type { HostCalls, HostMethod } from './protocol';
import { RpcPeer } from './rpc';
import type { HostEndpoint, RunFolder } from './run-folder';
import { listRunFolders, readEndpoint, readOwner } from './run-folder';

/** How long starting a host may take: it is one Node process, and a loaded CI machine is slow. */
const START_TIMEOUT_MS = 20_000;
/** Pause between two looks at a host that somebody else is starting. */
const POLL_MS = 20;
/** How long a host that accepted the connection may take to say hello. */
const HELLO_TIMEOUT_MS = 10_000;

type Role = HostCalls['hello']['params']['role'];

/** A connection to the host of this run. Closing it gives back whatever this process holds there. */
export class HostConnection {
  readonly #peer: RpcPeer;

  constructor(peer: RpcPeer) {
    this.#peer = peer;
  }

  get isOpen(): boolean {
    return this.#peer.isOpen;
  }

  get closed(): Promise<void> {
    return this.#peer.closed;
  }

  /** Calls the host. Fails with the host's own error, or with `host_unavailable` when it is gone. */
  async call<M extends HostMethod>(
    method: M,
    params: HostCalls[M]['params'],
  ): Promise<HostCalls[M]['result']> {
    this.#peer.setRef(true);
    try {
      return (await this.#peer.call(method, params)) as HostCalls[M]['result'];
    } finally {
      this.#peer.setRef(false);
    }
  }

  close(): void {
    this.#peer.close();
  }
}

/** Connects to the host of the given runner; undefined when there is none. */
export async function findHost(runnerPid: number, role: Role): Promise<HostConnection | undefined> {
  const folder = (await listRunFolders(runnerPid)).at(-1);
  const endpoint = folder && (await readEndpoint(folder));
  return endpoint && openConnection(endpoint, role);
}

/**
 * Connects to the host of the given runner, and starts it when there is none.
 * @throws {@link HostError} when no host came up within 20 s, with what it wrote before it ended.
 */
export async function connectToHost(runnerPid: number, role: Role): Promise<HostConnection> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let failure = '';
  while (Date.now() < deadline) {
    const found = await findHost(runnerPid, role);
    if (found) return found;
    const newest = (await listRunFolders(runnerPid)).at(-1);
    if (newest && (await isStarting(newest))) await delay(POLL_MS);
    else failure = await startHost(runnerPid, (newest?.generation ?? 0) + 1);
    if (failure) break;
  }
  throw new HostError(
    `Could not start the run's session host (${hostScript()}): ${failure || `it did not answer within ${START_TIMEOUT_MS / 1000} s`}.`,
    { code: 'host_unavailable' },
  );
}

/**
 * Connects to a host at a known place; undefined when nobody answers there.
 * @throws {@link TimeoutError} when somebody listens there and says nothing for 10 s: that host is stopped or overloaded, not dead.
 */
export async function openConnection(
  endpoint: HostEndpoint,
  role: Role,
): Promise<HostConnection | undefined> {
  const socket = connect({ port: endpoint.port, host: '127.0.0.1' });
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  if (!connected) return undefined;
  const connection = new HostConnection(new RpcPeer(socket));
  const greeting = connection.call('hello', { token: endpoint.token, role, pid: process.pid });
  const welcomed = greeting.then(
    () => true,
    () => false,
  );
  const answered = await orAfter(welcomed, HELLO_TIMEOUT_MS, undefined);
  if (answered) return connection;
  connection.close();
  if (answered === false) return undefined; // something else listens there now, or the host is closing
  throw new TimeoutError(`The run's session host (process ${endpoint.pid}) does not answer.`, {
    timeoutMs: HELLO_TIMEOUT_MS,
  });
}

/** True while another process has claimed the folder and is bringing its host up. */
async function isStarting(folder: RunFolder): Promise<boolean> {
  if (await readEndpoint(folder)) return false; // it was up, and did not answer: it is gone
  const owner = await readOwner(folder);
  return owner !== undefined && isProcessAlive(owner.pid);
}

/** Starts a host in the background. Resolves to '' once it is up or has left the place to another, else to what went wrong. */
async function startHost(runnerPid: number, generation: number): Promise<string> {
  const child = spawn(process.execPath, [hostScript(), String(runnerPid), String(generation)], {
    detached: true, // Ctrl-C reaches the whole foreground group; the host must outlive it to clean up
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    env: hostEnvironment(),
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.stdout.once('data', () => resolve(''));
    child.once('close', (code) =>
      resolve(code === 0 ? '' : `it ended with code ${String(code)}. ${stderr.trim()}`),
    );
  });
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  return outcome;
}

/** The host's script lies beside this file in the built package. */
function hostScript(): string {
  return join(dirname(fileURLToPath(import.meta.url)), 'host.js');
}
