/** The way to the run's host: finds it, or starts it when this process is the first to ask. Loaded by every worker, so it stays small. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isLogging, logOf } from '../base/log';
import { isRunning } from '../base/processes';
import { HostError } from '../contract/errors';
import { hostEnvironment } from '../options/environment';
import type { HostCalls, HostMethod } from './protocol';
import { type CallHandler, RpcPeer } from './rpc';
import type { HostEndpoint, RunFolder } from './run-folder';
import { checkBaseFolder, isOwnerAlive, listRunFolders, readEndpoint } from './run-folder';

/** How long starting a host may take, in milliseconds: it is one Node process, a loaded CI machine is slow, and one before it may stand still. */
const START_TIMEOUT_MS = 30_000;
const NO_ANSWER = `it did not answer within ${START_TIMEOUT_MS / 1000} s`;
/** Pause between two looks at a host that somebody else is starting, in milliseconds. */
const POLL_MS = 20;
/** A host that does not answer ten questions, one a second, stands still: it was stopped, or hangs in a loop. Even on a loaded machine they take it milliseconds. */
const HEARTBEAT = { everyMs: 1_000, misses: 10 } as const;
/** How long a call may take that waits for nobody, in milliseconds. */
const CALL_TIMEOUT_MS = 30_000;
/** Calls that wait for a session or for clips, which have limits of their own. The heartbeat tells whether the host still works on them. */
const LONG_CALLS: ReadonlySet<HostMethod> = new Set<HostMethod>([
  'acquire',
  'prepareSession',
  'release',
  'finish',
]);

const log = logOf('host');

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

  /** Calls the host. Fails with the host's own error, or with `host_unavailable` when it is gone or stands still. */
  async call<M extends HostMethod>(
    method: M,
    params: HostCalls[M]['params'],
  ): Promise<HostCalls[M]['result']> {
    const timeoutMs = LONG_CALLS.has(method) ? undefined : CALL_TIMEOUT_MS;
    return (await this.#peer.call(method, params, { timeoutMs })) as HostCalls[M]['result'];
  }

  close(): void {
    this.#peer.close();
  }
}

/**
 * Connects to the host of the given runner; undefined when there is none.
 * @param handler - answers what the host asks; without one nothing is answered
 */
export async function findHost(
  runnerPid: number,
  role: Role,
  handler?: CallHandler,
): Promise<HostConnection | undefined> {
  const folder = (await listRunFolders(runnerPid)).at(-1);
  const endpoint = folder && (await readEndpoint(folder));
  return endpoint && openConnection(endpoint, role, handler);
}

/**
 * Connects to the host of the given runner, and starts it when there is none.
 * @throws {@link HostError} when no host came up within 30 s, with what it wrote before it ended; when its files can be kept nowhere
 */
export async function connectToHost(
  runnerPid: number,
  role: Role,
  handler?: CallHandler,
): Promise<HostConnection> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let failure = '';
  while (performance.now() < deadline) {
    const found = await findHost(runnerPid, role, handler);
    if (found) return found;
    const newest = (await listRunFolders(runnerPid)).at(-1);
    if (newest && (await isStarting(newest))) await delay(POLL_MS);
    else {
      await checkBaseFolder();
      failure = await startHost(runnerPid, (newest?.generation ?? 0) + 1);
    }
    if (failure) break;
  }
  throw new HostError(
    `Could not start the run's session host (${hostScript()}): ${failure || NO_ANSWER}.`,
    { code: 'host_unavailable' },
  );
}

/**
 * Connects to a host at a known place; undefined when nobody answers there.
 * While the connection is open, the host is asked whether it still runs. One of this run's that stands still is ended, so that it counts as dead for everybody.
 * @throws {@link HostError} when a `probe` meets a host that stands still.
 */
export async function openConnection(
  endpoint: HostEndpoint,
  role: Role,
  handler?: CallHandler,
): Promise<HostConnection | undefined> {
  const socket = connect({ port: endpoint.port, host: '127.0.0.1' });
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  if (!connected) return undefined;
  const peer = new RpcPeer(socket, handler);
  const connection = new HostConnection(peer);
  const seen = { greeting: false, silence: false };
  const onSilent = (): void => {
    seen.silence = true;
    log('host %d stands still', endpoint.pid);
    if (role !== 'probe') endHost(endpoint, { isConnected: seen.greeting });
  };
  peer.watch({ ...HEARTBEAT, onSilent });
  try {
    await connection.call('hello', { token: endpoint.token, role, pid: process.pid });
    seen.greeting = true;
    log('connected to host %d as %s', endpoint.pid, role);
    return connection;
  } catch (error) {
    connection.close();
    if (role === 'probe' && seen.silence) throw error;
    return undefined; // it stood still; or something else listens there now, or the host is closing
  }
}

/**
 * Ends a host that stands still. A process id may have been given to another process meanwhile, so there has to be a proof that
 * it is the host: when it was started, or a connection on which it has said hello and that is still open.
 */
export function endHost(
  endpoint: HostEndpoint,
  { isConnected = false }: { isConnected?: boolean } = {},
): void {
  if (!isConnected && isRunning(endpoint) !== true) return;
  try {
    process.kill(endpoint.pid, 'SIGKILL'); // the only signal that reaches a stopped process
  } catch {
    // it has ended
  }
}

/** True while another process has claimed the folder and is bringing its host up. */
async function isStarting(folder: RunFolder): Promise<boolean> {
  if (await readEndpoint(folder)) return false; // it was up, and did not answer: it is gone
  return isOwnerAlive(folder);
}

/** Starts a host in the background. Resolves to '' once it is up or has left the place to another, else to what went wrong. */
async function startHost(runnerPid: number, generation: number): Promise<string> {
  const child = spawn(process.execPath, [hostScript(), String(runnerPid), String(generation)], {
    detached: true, // Ctrl-C reaches the whole foreground group; the host must outlive it to clean up
    stdio: ['ignore', 'pipe', isLogging ? 'inherit' : 'pipe'], // what it logs is for the user
    windowsHide: true,
    env: hostEnvironment(),
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let timer: NodeJS.Timeout | undefined;
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.stdout?.once('data', () => resolve(''));
    child.once('close', (code) =>
      resolve(code === 0 ? '' : `it ended with code ${String(code)}. ${stderr.trim()}`),
    );
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(NO_ANSWER);
    }, START_TIMEOUT_MS);
  });
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
  return outcome;
}

/** The host's script lies beside this file in the built package. */
function hostScript(): string {
  return join(dirname(fileURLToPath(import.meta.url)), 'host.js');
}
