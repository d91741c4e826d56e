/** Signals to processes that may have ended. */

/** Ends or stops a process. False when it had ended. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
