/** When a process was started: with its id, this tells it from a later one that was given the same id. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which field of `/proc/PID/stat` is the start, in clock ticks since boot, counted from the one after the name (proc(5): field 22). */
const START_FIELD = 19;

/** The start of a process in words that are only good for comparison; undefined when there is no such process, or the system (Windows) does not say. */
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
