/** Is a process alive? A process that has ended but was not yet reaped by its parent counts as dead. */
import { readFileSync } from 'node:fs';

/** True while the process with this id runs. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // it lives, and is somebody else's
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'Z'; // proc(5): the state follows the name in parentheses
  } catch {
    return true; // gone between the two looks
  }
}
