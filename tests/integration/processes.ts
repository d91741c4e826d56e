/** What runs on this machine: for asserting that nothing was left behind. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The command lines that mention the text, such as a profile folder. Processes that have ended but were not reaped do not count. */
export async function processesWith(text: string | undefined): Promise<string[]> {
  if (text === undefined) return [];
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,stat,args', '-ww']);
  return stdout.split('\n').filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line));
}

/** The processes of process groups, each as its id and its command line. Processes that were not reaped yet do not count. */
export async function processesOfGroups(groups: Iterable<number>): Promise<string[]> {
  const wanted = new Set(groups);
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,pgid,stat,args', '-ww']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return wanted.has(Number(group)) && !state?.startsWith('Z') ? [`${pid} ${command}`] : [];
  });
}
