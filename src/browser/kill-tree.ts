/** Kills a browser with all its child processes. */
import { execFileSync } from 'node:child_process';

/**
 * Kills the process group that the browser leads (on Windows: its process tree). It is no error if there is none.
 * @param pid - a process that we started as the leader of its own group
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
    // it has ended
  }
}
