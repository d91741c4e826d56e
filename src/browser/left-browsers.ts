/**
 * Ends browsers whose owner was killed. As a rule they end by themselves, when the pipe to it closes; one that stands still does not
 * hear of that.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { promisify } from 'node:util';
import { killTree } from './kill-tree';
import { removeProfile } from './profile-folder';

const PROFILE = '--user-data-dir=';

/** A process, and how it was called. */
interface Called {
  pid: number;
  args: string[];
}

/** Kills the browsers whose profiles lie below a folder, with all of their processes, and removes the profiles. On Windows there is none that could be left. */
export async function endBrowsersBelow(folder: string): Promise<void> {
  const left = (await processes().catch(() => [])).flatMap(({ pid, args }) => {
    const profile = args.find((arg) => arg.startsWith(PROFILE))?.slice(PROFILE.length);
    return profile?.startsWith(folder + sep) ? [{ pid, profile }] : [];
  });
  for (const { pid } of left) {
    killTree(pid); // of a browser, all
    kill(pid); // of what a browser has left that was killed, this one
  }
  for (const profile of new Set(left.map((it) => it.profile))) await removeProfile(profile);
}

async function processes(): Promise<Called[]> {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') return listed();
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  return Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // it ended meanwhile
      return { pid, args: line.split(line.includes('\0--') ? '\0' : ' ') }; // a Chromium's child has one text for all
    }),
  );
}

async function listed(): Promise<Called[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axwwo', 'pid=,command=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, command = ''] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), args: command.split(' ') }];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already, or somebody else's
  }
}
