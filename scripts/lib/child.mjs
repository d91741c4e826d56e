/** Runs the child processes of the scripts, and ends them with the script: on Ctrl-C, at a time limit, or when nothing moves any more. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** The folder of the repository: where every child runs by default. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Variables for a run of ours: its sessions are embedded, whatever account the user has, and its report opens no window. */
export const EMBEDDED = {
  SESSIONWRIGHT_API_KEY: '',
  SESSIONWRIGHT_API_URL: '',
  NOTTE_API_KEY: '',
  NOTTE_API_URL: '',
  PLAYWRIGHT_HTML_OPEN: 'never',
};

/** Time that a child gets to end by itself after it was asked to, in milliseconds. */
const GRACE_MS = 30_000;
/** A terminal and npm both pass Ctrl-C on, so two signals within this many milliseconds are one. */
const SAME_SIGNAL_MS = 500;
const IS_WINDOWS = process.platform === 'win32';

/** Thrown when the user ended the script while a child ran. */
class Interrupted extends Error {
  constructor(signal) {
    super(`ended by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/**
 * Runs a command to its end. Its standard input is empty.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options]
 * @param {boolean} [options.show] let it write to our own output (default: its output is kept and returned)
 * @param {number} [options.limitMs] end it after this time
 * @param {number} [options.idleLimitMs] end it when it has written nothing for this time
 * @param {(progress: { elapsedMs: number, lastLine: string }) => void} [options.onTick] called every `tickMs` (default 10 s)
 * @param {(output: string, signal: (name: string) => void, pid: number) => void} [options.onOutput] called with all output so far; `signal` sends a signal to all of the command, whose own process has this id
 * @returns {Promise<{ code: number | null, output: string, stoppedBecause: string | undefined }>} `code` is null when it could not start or was ended by a signal
 * @throws {Interrupted} when the user ends the script
 */
export function run(command, args, options = {}) {
  listenForSignals();
  const startedAt = Date.now();
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: options.show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C reaches it once, through us, and all its children end with it.
    detached: !IS_WINDOWS,
    shell: IS_WINDOWS && command !== process.execPath,
  });
  const state = { output: '', lastOutputAt: startedAt, stoppedBecause: undefined };
  children.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      state.output += text;
      state.lastOutputAt = Date.now();
      options.onOutput?.(state.output, (name) => signalGroup(child, name), child.pid);
    });
  }
  const timers = watch(child, state, options, startedAt);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      state.output += `${command}: ${error.message}\n`;
      finish(null);
    });
    child.on('close', finish);
    function finish(code) {
      timers.forEach(clearInterval);
      children.delete(child);
      if (interruptedBy) reject(new Interrupted(interruptedBy));
      else resolve({ code, output: state.output, stoppedBecause: state.stoppedBecause });
    }
  });
}

/** True when the command can be started and answers the given arguments with success. */
export function succeeds(command, args) {
  return (
    spawnSync(command, args, { stdio: 'ignore', timeout: 20_000, shell: IS_WINDOWS }).status === 0
  );
}

/** Runs npm: the one that started this script if there was one, else the one on the PATH. */
export function runNpm(args, options) {
  const npm = process.env.npm_execpath ?? '';
  return /npm-cli\.c?js$/.test(npm)
    ? run(process.execPath, [npm, ...args], options)
    : run('npm', args, options);
}

/** Runs a script's main function, and turns its result or error into the exit code. */
export async function main(body) {
  listenForSignals();
  try {
    process.exitCode = await body();
  } catch (error) {
    const isExpected = error instanceof Interrupted || error.name === 'SetupError';
    console.error(isExpected ? error.message : error);
    process.exitCode = error.exitCode ?? 1;
  }
}

const children = new Set();
let interruptedBy;
let lastSignalAt = 0;
let signalCount = 0;

/** Installs the listeners, once. */
function listenForSignals() {
  if (process.listenerCount('SIGINT') > 0) return;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt(signal));
  process.on('exit', () => children.forEach((child) => signalGroup(child, 'SIGKILL')));
}

/** Passes a signal on. The third one kills. */
function interrupt(signal) {
  const now = Date.now();
  if (now - lastSignalAt < SAME_SIGNAL_MS) return;
  lastSignalAt = now;
  signalCount += 1;
  interruptedBy ??= signal;
  if (children.size === 0) process.exit(new Interrupted(signal).exitCode);
  for (const child of children) {
    if (signalCount > 2) signalGroup(child, 'SIGKILL');
    else endChild(child, signal);
  }
}

function endChild(child, signal) {
  signalGroup(child, signal);
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  timer.unref();
  child.once('close', () => clearTimeout(timer));
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  if (IS_WINDOWS)
    return void spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already: that is what was wanted.
  }
}

/** Starts the timers that report progress and keep the limits; the caller clears them. */
function watch(child, state, options, startedAt) {
  const stop = (reason) => {
    if (state.stoppedBecause) return;
    state.stoppedBecause = reason;
    endChild(child, 'SIGTERM');
  };
  const checkLimits = () => {
    const now = Date.now();
    if (options.limitMs && now - startedAt > options.limitMs)
      stop(`not done after ${options.limitMs / 1000} s`);
    if (options.idleLimitMs && now - state.lastOutputAt > options.idleLimitMs)
      stop(`no progress for ${options.idleLimitMs / 1000} s`);
  };
  const tick = () =>
    options.onTick?.({ elapsedMs: Date.now() - startedAt, lastLine: lastLineOf(state.output) });
  return [setInterval(checkLimits, 250), setInterval(tick, options.tickMs ?? 10_000)];
}

function lastLineOf(output) {
  const lines = stripVTControlCharacters(output.slice(-2_000))
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => /\w/.test(line));
  return (lines.at(-1) ?? '').slice(0, 80);
}
