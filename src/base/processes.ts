/** Whether a process runs, which one it is, and how a file names it. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from './errors';

/** True while the process with this id runs. One that has ended but was not yet reaped by its parent counts as dead. */
export function isProcessAlive(pid: number): boolean {
  return takesSignals(pid) && !isZombie(pid);
}

/** Which field of `/proc/PID/stat` is the start, in clock ticks since boot, counted from the one after the name (proc(5): field 22). */
const START_FIELD = 19;

/**
 * When a process was started, in words that are only good for comparison: with its id, this tells it from a later one that was given
 * the same id. Undefined when there is no such process, or the system (Windows) does not say.
 */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform === 'win32') return undefined;
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_FIELD];
  } catch {
    return undefined;
  }
}

/**
 * Where process ids mean what they mean to this process: this machine since it was started, and the container on it. For comparison
 * only. Undefined on Windows and macOS, where containers do not share a folder of temporary files.
 */
export function ownPlace(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return `${ownBoot()} ${ownNamespace()}`.trimEnd();
}

/** Which machine this is, and which start of it. Names do not tell: they may change with the network, and two machines may have the same. */
function ownBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(); // random(4)
  } catch {
    return hostname();
  }
}

/** Which container this is: its namespace of process ids (namespaces(7)). On the machine itself its number is the same everywhere. */
function ownNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** A process, and what tells it from a later one with the same id. */
export interface ProcessId {
  pid: number;
  /** By {@link processStart}; undefined if the system does not say. */
  startedAt?: string | undefined;
}

/** A process of this machine, or of one that shares the disk. */
export interface ProcessName extends ProcessId {
  host: string;
  /** As {@link ownPlace} returns it there. */
  place?: string | undefined;
}

/** Names this process for a file. */
export function ownProcess(): ProcessName {
  const { pid } = process;
  return { pid, startedAt: processStart(pid), host: hostname(), place: ownPlace() };
}

/** True if a process id means the same there and here: only then can this process look it up. Machines may change their names. */
export function isHere({ host, place }: ProcessName): boolean {
  return place === undefined ? host === hostname() : place === ownPlace();
}

/** True for a process of this machine since it was started, in whichever container: it has the same clock. */
export function hasOurClock({ place }: ProcessName): boolean {
  return place?.split(' ')[0] === ownBoot();
}

/** Whether a process of this machine runs. Undefined if its id is in use and the system does not say whether by another process. */
export function isRunning({ pid, startedAt }: ProcessId): boolean | undefined {
  if (!isProcessAlive(pid)) return false;
  return startedAt === undefined ? undefined : processStart(pid) === startedAt;
}

/** Resolves when this process gets one of these signals. The same one again takes its usual course, which ends the process. */
export async function signalled(...signals: readonly NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve());
  });
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM'; // it lives, and is somebody else's
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'Z'; // proc(5): the state follows the name in parentheses
  } catch {
    return !takesSignals(pid); // gone between the two looks; or /proc is hidden, or not there, as in small containers
  }
}
