/** Starts a Chromium that we control through a pipe, and ends it. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { settledWithin, unlessAborted } from '../base/deadline';
import { logOf, since } from '../base/log';
import { CdpConnection } from '../cdp/connection';
import { PipeTransport } from '../cdp/pipe-transport';
import { BrowserLaunchError } from '../contract/errors';
import { browserEnvironment } from '../options/environment';
import type { BrowserConnection, BrowserExit } from './browser-connection';
import { findChromium, type FindOptions } from './find-chromium';
import { chromiumFlags, type FlagOptions, givenFlags } from './flags';
import { killTree } from './kill-tree';
import { prepareDownloads, recordGroup } from './profile-folder';
import { decideSandbox, type SandboxDecision, sandboxNotice, sandboxRefusal } from './sandbox';
import { StderrLog } from './stderr-log';

const debug = logOf('browser');

/** How long a start may take, in milliseconds: Playwright's default. */
const STARTUP_TIMEOUT_MS = 30_000;
/** How long Chromium may take to close by itself, in milliseconds; it needs about 100. */
const CLOSE_TIMEOUT_MS = 5_000;
/** How long to wait for the end of stderr after the end of the browser, in milliseconds: a crash handler may keep it open. */
const LAST_WORDS_MS = 300;
/** Below this, in bytes, `/dev/shm` is too small: containers give 64 MB, and Chromium then crashes on heavy pages. */
const ENOUGH_SHARED_MEMORY = 512 * 1024 * 1024;

/** How to start Chromium. Only the profile folder is required. */
export interface LaunchOptions
  extends
    FindOptions,
    Partial<
      Pick<
        FlagOptions,
        'args' | 'chromeArgs' | 'ignoreDefaultArgs' | 'windowSize' | 'userAgent' | 'proxy'
      >
    > {
  /** The profile folder. The caller creates it, and removes it after `close()` or `exited`. */
  userDataDir: string;
  /** The complete environment of the browser. @default the one of this process, without keys */
  env?: Record<string, string> | undefined;
  /** Serve CDP on a loopback port too. @default true */
  debuggingPort?: boolean | undefined;
  /** Run at a low priority, so that other processes come first. @default false */
  background?: boolean | undefined;
  /** Cancels the start. Once Chromium runs, it has no effect. */
  signal?: AbortSignal | undefined;
}

/** A running Chromium of ours. It ends with this process, because its pipe breaks. */
export interface BrowserProcess extends BrowserConnection {
  readonly pid: number;
  readonly executablePath: string;
  /** Chromium runs inside its sandbox. */
  readonly sandbox: boolean;
  /** A message for the user, such as that the sandbox is off. */
  readonly notice: string | undefined;
}

/** Set once the system refused the sandbox: later starts of this process do without. */
let refusedBySystem: SandboxDecision | undefined;

/**
 * Starts Chromium without a page, and resolves once it takes commands.
 * @throws {@link BrowserNotFoundError} if there is none
 * @throws {@link BrowserLaunchError} if it ends at once or is not ready in time, with the end of its stderr
 */
export async function launchChromium(options: LaunchOptions): Promise<BrowserProcess> {
  const [{ executablePath }, smallSharedMemory] = await Promise.all([
    findChromium(options),
    hasSmallSharedMemory(),
    prepareDownloads(options.userDataDir),
  ]);
  const start = (sandbox: SandboxDecision): Promise<BrowserProcess> =>
    startOnce({ ...options, executablePath, smallSharedMemory, sandbox });
  const sandbox = refusedBySystem ?? decideSandbox(givenFlags(options));
  try {
    return await start(sandbox);
  } catch (error) {
    const reason =
      sandbox.enabled && error instanceof BrowserLaunchError
        ? sandboxRefusal(error.stderr)
        : undefined;
    if (reason === undefined) throw error;
    refusedBySystem = { enabled: false, reason };
    return await start(refusedBySystem);
  }
}

type StartOptions = Omit<LaunchOptions, 'executablePath'> & {
  executablePath: string;
  smallSharedMemory: boolean;
  sandbox: SandboxDecision;
};

async function startOnce(options: StartOptions): Promise<BrowserProcess> {
  const { executablePath, sandbox } = options;
  const startedMs = performance.now();
  const flags = chromiumFlags({
    ...options,
    headless: options.headless ?? true,
    debuggingPort: options.debuggingPort ?? true,
    sandbox: sandbox.enabled,
  });
  const child = spawn(executablePath, flags, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    env: options.env ?? browserEnvironment(),
    detached: process.platform !== 'win32', // its own group: we handle Ctrl-C, and a kill reaches all children
    windowsHide: true,
  });
  await spawned(child, executablePath);
  child.on('error', () => {}); // 'exit' follows
  if (options.background === true && child.pid !== undefined) lowerPriority(child.pid);
  const log = new StderrLog(child.stdio[2] as Readable);
  const connection = new CdpConnection(
    new PipeTransport(child.stdio[3] as Writable, child.stdio[4] as Readable),
  );
  const exited = watchExit(child, log);
  try {
    await recordGroup(options.userDataDir, child.pid ?? 0);
    const cdpUrl = await ready({ log, connection, exited, options });
    debug(
      'process %d is up after %s: %s (sandbox %s)',
      child.pid,
      since(startedMs),
      executablePath,
      sandbox.enabled ? 'on' : 'off',
    );
    const close = closer(child, connection, exited);
    return {
      pid: child.pid ?? 0,
      executablePath,
      sandbox: sandbox.enabled,
      notice: sandboxNotice(sandbox),
      cdpUrl,
      connection,
      exited,
      close,
    };
  } catch (error) {
    debug('process %d did not start: %s', child.pid, executablePath);
    connection.close();
    if (child.pid !== undefined) killTree(child.pid);
    throw error;
  }
}

/** @throws {@link BrowserLaunchError} if the process could not be created. Then it has no pipes. */
async function spawned(child: ChildProcess, executablePath: string): Promise<void> {
  if (child.pid !== undefined) return;
  const [cause] = (await once(child, 'error')) as [Error];
  throw launchError(`it could not be run: ${cause.message}`, executablePath, { stderr: '', cause });
}

/** Called right after the start: threads and children inherit the priority. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // it has ended, or the system does not allow it
  }
}

interface Starting {
  log: StderrLog;
  connection: CdpConnection;
  exited: Promise<BrowserExit>;
  options: StartOptions;
}

/** Resolves to the CDP endpoint (undefined if there is no port) when Chromium takes commands. */
async function ready({ log, connection, exited, options }: Starting): Promise<string | undefined> {
  const { executablePath, signal } = options;
  const isUp =
    (options.debuggingPort ?? true)
      ? log.endpoint
      : connection.send('Browser.getVersion').then(
          () => undefined,
          async () => new Promise<never>(() => {}), // the end of the browser says more
        );
  const ended = exited.then((exit) => {
    throw launchError(`it ended at once (${exitText(exit)})`, executablePath, exit);
  });
  const limits = [AbortSignal.timeout(STARTUP_TIMEOUT_MS), ...(signal ? [signal] : [])];
  try {
    return await unlessAborted(Promise.race([isUp, ended]), AbortSignal.any(limits));
  } catch (error) {
    if (error instanceof BrowserLaunchError) throw error;
    const what = signal?.aborted
      ? 'the start was cancelled'
      : `it was not ready within ${STARTUP_TIMEOUT_MS} ms`;
    throw launchError(what, executablePath, { stderr: log.tail });
  }
}

function launchError(
  what: string,
  executablePath: string,
  details: { stderr: string; cause?: unknown },
): BrowserLaunchError {
  const said = details.stderr ? ` It said:\n${details.stderr}` : '';
  return new BrowserLaunchError(
    `Could not start the browser ${executablePath}: ${what}.${said}`,
    details,
  );
}

/** How a process ended, for messages. */
export function exitText({
  code,
  signal,
}: {
  code: number | null;
  signal: NodeJS.Signals | null;
}): string {
  return signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
}

function watchExit(child: ChildProcess, log: StderrLog): Promise<BrowserExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      debug('process %d ended: %s', child.pid, exitText({ code, signal }));
      if (child.pid !== undefined) killTree(child.pid); // no renderer may outlive its browser
      const finish = (): void => resolve({ code, signal, stderr: log.tail });
      child.once('close', finish); // stderr was read to its end
      setTimeout(finish, LAST_WORDS_MS).unref();
    });
  });
}

/** Asks Chromium to close, and kills it if it does not. All calls share one attempt. */
function closer(
  child: ChildProcess,
  connection: CdpConnection,
  exited: Promise<BrowserExit>,
): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    connection.send('Browser.close').catch(() => {}); // it may have ended
    const isClosed = await settledWithin(exited, CLOSE_TIMEOUT_MS);
    if (!isClosed && child.pid !== undefined) killTree(child.pid);
    await exited;
    connection.close();
  };
  return () => (closing ??= close());
}

async function hasSmallSharedMemory(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    const { bavail, bsize } = await statfs('/dev/shm');
    return bavail * bsize < ENOUGH_SHARED_MEMORY;
  } catch {
    return true; // no /dev/shm at all
  }
}
