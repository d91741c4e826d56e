/** Ends a browser with all its child processes, at once. */
import { execFileSync } from 'node:child_process';

/**
 * Kills the process group that the browser leads (on Windows: its process tree). What is already gone is no error.
 * @param pid of a process that we started as the leader of a group of its own
 */
export function killTree(pid: number): void {
  try {
    if (process.platform === 'win32')
      execFileSync('taskkill', ['/pid', String(pid), '/T', '/F'], {
        stdio: 'ignore',
        windowsHide: true,
      });
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
