/** What runs on this machine: for asserting that nothing was left behind. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The command lines that mention the text, such as a profile folder. Processes that have ended but were not reaped do not count. */
export async function processesWith(text: string | undefined): Promise<string[]> {
  if (text === undefined) return [];
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,stat,args', '-ww']);
  return stdout.split('\n').filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line));
}
