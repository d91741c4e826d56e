/** Connects to the run's host. Starts it if this process is the first to need it. Every worker loads this file, so it stays small. */
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

/** How long starting a host may take, in milliseconds: CI machines are slow, and an earlier host may be frozen. */
const START_TIMEOUT_MS = 30_000;
const NO_ANSWER = `it did not answer within ${START_TIMEOUT_MS / 1000} s`;
/** Pause between two checks of a host that another process starts, in milliseconds. */
const POLL_MS = 20;
/** A host that does not answer ten heartbeats, one a second, is frozen: it was stopped, or hangs in a loop. */
const HEARTBEAT = { everyMs: 1_000, misses: 10 } as const;
/** How long an ordinary call may take, in milliseconds. */
const CALL_TIMEOUT_MS = 30_000;
/** Calls that wait for a session or for clips, which have their own limits. The heartbeat shows whether the host still works. */
const LONG_CALLS: ReadonlySet<HostMethod> = new Set<HostMethod>([
  'acquire',
  'prepareSession',
  'release',
  'finish',
]);

const log = logOf('host');

type Role = HostCalls['hello']['params']['role'];

/** A connection to the host of this run. When it closes, the host releases everything that this process has there. */
export class HostConnection extends RpcPeer {
  /** Calls the host. Fails with the host's error, or with `host_unavailable` if the host is gone or frozen. */
  async call<M extends HostMethod>(
    method: M,
    params: HostCalls[M]['params'],
  ): Promise<HostCalls[M]['result']> {
    const timeoutMs = LONG_CALLS.has(method) ? undefined : CALL_TIMEOUT_MS;
    return (await this.request(method, params, { timeoutMs })) as HostCalls[M]['result'];
  }
}

/**
 * Connects to the host of a runner; undefined if there is none.
 * @param handler - answers calls of the host. @default refuses them
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
 * Connects to the host of a runner, and starts it if there is none.
 * @throws {@link HostError} if no host started within 30 s, with its stderr; if there is no folder for its files
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
 * Connects to a host at a known endpoint; undefined if it does not answer. While the connection is open, heartbeats check the host. If this
 * run's host is frozen, it is killed.
 * @throws {@link HostError} if a `probe` finds a frozen host.
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
  const connection = new HostConnection(socket, handler);
  const seen = { greeting: false, silence: false };
  const onSilent = (): void => {
    seen.silence = true;
    log('host %d is frozen', endpoint.pid);
    if (role !== 'probe') endHost(endpoint, { isConnected: seen.greeting });
  };
  connection.watch({ ...HEARTBEAT, onSilent });
  try {
    await connection.call('hello', { token: endpoint.token, role, pid: process.pid });
    seen.greeting = true;
    log('connected to host %d as %s', endpoint.pid, role);
    return connection;
  } catch (error) {
    connection.close();
    if (role === 'probe' && seen.silence) throw error;
    return undefined; // it was frozen or is closing, or another program listens there now
  }
}

/**
 * Kills a frozen host. Another process may have its id by now, so there must be a proof that it is the host: its start time, or an open
 * connection on which it answered.
 */
export function endHost(
  endpoint: HostEndpoint,
  { isConnected = false }: { isConnected?: boolean } = {},
): void {
  if (!isConnected && isRunning(endpoint) !== true) return;
  try {
    process.kill(endpoint.pid, 'SIGKILL'); // the only signal that ends a stopped process
  } catch {
    // it has ended
  }
}

/** True while another process that claimed the folder starts its host. */
async function isStarting(folder: RunFolder): Promise<boolean> {
  if (await readEndpoint(folder)) return false; // it was up, but does not answer: it has ended
  return isOwnerAlive(folder);
}

/** Starts a host in the background. Resolves to '' once it is up, or if another host was quicker; otherwise to what went wrong. */
async function startHost(runnerPid: number, generation: number): Promise<string> {
  const child = spawn(process.execPath, [hostScript(), String(runnerPid), String(generation)], {
    detached: true, // Ctrl-C goes to the whole foreground group; the host must outlive it to clean up
    stdio: ['ignore', 'pipe', isLogging ? 'inherit' : 'pipe'], // the user reads its log
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

/** The host's script is next to this file in the built package. */
function hostScript(): string {
  return join(dirname(fileURLToPath(import.meta.url)), 'host.js');
}
