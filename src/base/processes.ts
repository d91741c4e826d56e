/** Identifies processes and checks whether they run. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf } from './errors';

/** Whether the process with this id runs. Zombies count as dead. */
export function isProcessAlive(pid: number): boolean {
  return takesSignals(pid) && !isZombie(pid);
}

/** Index of the start time in `/proc/PID/stat`, counted after the name (proc(5): field 22, in clock ticks since boot). */
const START_FIELD = 19;

/**
 * Returns the start time of a process as an opaque string, which distinguishes processes with the same id. Undefined if there is no such
 * process, and on Windows.
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
 * Returns an opaque id of the namespace of process ids: this boot of this machine, and the container. Undefined on Windows and macOS,
 * where containers do not share a folder of temporary files.
 */
export function ownPlace(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  return `${ownBoot()} ${ownNamespace()}`.trimEnd();
}

/** Identifies this boot of this machine. Host names may change with the network, and are not unique. */
function ownBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(); // random(4)
  } catch {
    return hostname();
  }
}

/** Identifies the container by its namespace of process ids (namespaces(7)). Outside of containers, it is the same on all machines. */
function ownNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** A process, distinguished from later ones with the same id. */
export interface ProcessId {
  pid: number;
  /** From {@link processStart}; undefined if the system does not report it. */
  startedAt?: string | undefined;
}

/** A process of this machine, or of another one with the same disk. */
export interface ProcessName extends ProcessId {
  host: string;
  /** Result of {@link ownPlace} in that process. */
  place?: string | undefined;
}

/** Identifies this process, for a file. */
export function ownProcess(): ProcessName {
  const { pid } = process;
  return { pid, startedAt: processStart(pid), host: hostname(), place: ownPlace() };
}

/** Whether the process is in the same namespace of process ids, so that this process can check it. */
export function isHere({ host, place }: ProcessName): boolean {
  return place === undefined ? host === hostname() : place === ownPlace();
}

/** Whether the process runs on the same boot of this machine, in any container: then it has the same clock. */
export function hasOurClock({ place }: ProcessName): boolean {
  return place?.split(' ')[0] === ownBoot();
}

/** Whether a process of this machine runs. Undefined if its id is in use, but perhaps by another process. */
export function isRunning({ pid, startedAt }: ProcessId): boolean | undefined {
  if (!isProcessAlive(pid)) return false;
  return startedAt === undefined ? undefined : processStart(pid) === startedAt;
}

/** Resolves when this process receives one of these signals. A second one has its default effect, and ends the process. */
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
    return codeOf(error) === 'EPERM'; // it runs as another user
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'Z'; // proc(5): the state follows the name in parentheses
  } catch {
    return !takesSignals(pid); // it ended meanwhile, or /proc is hidden or missing, as in small containers
  }
}
