/** Whether a process lives, which one it is, and how a file says which process it belongs to. */
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
 * Where process ids mean what they mean to this process: the machine as long as it is up, and of its containers the one. For comparison
 * only. Undefined where nothing shares a disk of temporary files with others (Windows and macOS).
 */
export function ownPlace(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return `${ownBoot()} ${ownNamespace()}`.trimEnd();
}

/** Which machine this is, since when it is up. Its name is no measure: it may change with the network, and be another one's too. */
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

/** A process, on this machine or on one that shares the disk. */
export interface ProcessName {
  pid: number;
  host: string;
  /** As {@link ownPlace} tells it there: containers may have the name of their machine, or of each other. */
  place?: string | undefined;
}

/** Names this process in a file: `PID HOST`, and where its id means something. */
export function ownProcessName(): string {
  return [process.pid, hostname(), ownPlace()].join(' ').trimEnd();
}

/** Reads what {@link ownProcessName} has written; undefined when it is something else. */
export function readProcessName(text: string): ProcessName | undefined {
  const [, pid, host, place] = /^(\d+) (\S+)(?: (.+))?$/.exec(text.trim()) ?? [];
  return pid === undefined || host === undefined ? undefined : { pid: Number(pid), host, place };
}

/** True for a process whose id means the same here: only of those can be known whether they live. */
export function isHere({ host, place }: ProcessName): boolean {
  return host === hostname() && (place === undefined || place === ownPlace());
}

/** True for a process of this machine since it is up: it has the same clock, whichever container it is in. */
export function hasOurClock({ place }: ProcessName): boolean {
  return place?.split(' ')[0] === ownBoot();
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
