/**
 * Ends browsers whose owner was killed. As a rule they end by themselves, when the pipe to it closes; one that stands still does not
 * hear of that.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isProcessAlive } from '../base/processes';
import { killTree } from './kill-tree';
import { removeProfile, socketFolderOf } from './profile-folder';

const PROFILE = '--user-data-dir=';
/** How long a browser may take to end by itself, in milliseconds; it needs about 100. Whoever kills it before that leaves its socket's folder. */
const ENDS_BY_ITSELF_MS = 2_000;
const LOOK_EVERY_MS = 25;

/** A process, and how it was called: its arguments, with spaces or NUL characters between them. */
interface Called {
  pid: number;
  command: string;
}

/**
 * Lets the browsers whose profiles lie below a folder end by themselves, for two seconds. Then kills those that have not, with all of
 * their processes, and removes their profiles. On Windows there is none that could be left.
 */
export async function endBrowsersBelow(folder: string): Promise<void> {
  const left = await browsersBelow(folder);
  const socketFolders = new Map<string, string | undefined>();
  for (const { profile } of left) socketFolders.set(profile, await socketFolderOf(profile));
  for (const { pid } of await thoseThatStay(left)) {
    killTree(pid); // of a browser, all
    kill(pid); // of what a browser has left that was killed, this one
  }
  for (const [profile, socketFolder] of socketFolders) await removeProfile(profile, socketFolder);
}

interface LeftBrowser {
  pid: number;
  profile: string;
}

async function browsersBelow(folder: string): Promise<LeftBrowser[]> {
  return (await ownProcesses().catch(() => [])).flatMap(({ pid, command }) => {
    const profile = profileBelow(folder, command);
    return profile === undefined ? [] : [{ pid, profile }];
  });
}

/** What follows the folder in a command has no spaces: we have named it. A path that leads out of the folder again is not below it. */
function profileBelow(folder: string, command: string): string | undefined {
  const start = `${PROFILE}${folder}${sep}`;
  const [, rest] = command.split(start, 2);
  const profile = rest === undefined ? folder : join(folder, rest.split(/[\s\0]/, 1)[0] ?? '');
  return profile.startsWith(folder + sep) ? profile : undefined;
}

async function thoseThatStay(browsers: LeftBrowser[]): Promise<LeftBrowser[]> {
  const untilMs = performance.now() + ENDS_BY_ITSELF_MS;
  let left = browsers.filter(isAlive);
  while (left.length > 0 && performance.now() < untilMs) {
    await delay(LOOK_EVERY_MS);
    left = left.filter(isAlive);
  }
  return left;
}

function isAlive({ pid }: LeftBrowser): boolean {
  return isProcessAlive(pid);
}

/** Processes of this user: what others say in their commands is theirs. */
async function ownProcesses(): Promise<Called[]> {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') return listed();
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const called = await Promise.all(pids.map(async (pid) => read(pid).catch(() => []))); // it ended meanwhile
  return called.flat();
}

async function read(pid: number): Promise<Called[]> {
  if ((await stat(`/proc/${pid}`)).uid !== process.getuid?.()) return [];
  return [{ pid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8') }];
}

async function listed(): Promise<Called[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axwwo', 'pid=,uid=,command=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, uid, command = ''] = /^\s*(\d+)\s+(\d+) (.*)$/.exec(line) ?? [];
    return Number(uid) === process.getuid?.() ? [{ pid: Number(pid), command }] : [];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
