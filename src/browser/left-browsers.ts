/**
 * Ends browsers whose owner was killed. As a rule they end by themselves when their pipe closes. A stopped process does not: neither a
 * browser nor a renderer that has outlived its browser.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isProcessAlive } from '../base/processes';
import { killTree } from './kill-tree';
import { GROUP_FILE, readGroup, removeProfile, socketFolderOf } from './profile-folder';

const PROFILE = '--user-data-dir=';
/** Only child processes of a Chromium have this switch. Those of the headless shell do not name their profile. */
const CHILD_TYPE = '--type=';
/** How long a browser may take to end by itself, in milliseconds; it needs about 100. Whoever kills it before that leaves its socket's folder. */
const ENDS_BY_ITSELF_MS = 2_000;
const LOOK_EVERY_MS = 25;

/** A process, its process group, and its arguments, with spaces or NUL characters between them. */
interface Called {
  pid: number;
  group: number;
  command: string;
}

/**
 * Gives browsers with a profile below a folder two seconds to end by themselves. Then kills the remaining ones with all of their
 * processes, kills the children of browsers that ended alone, and removes the profiles. Does nothing on Windows, where none is left.
 */
export async function endBrowsersBelow(folder: string): Promise<void> {
  const left = await browsersBelow(folder);
  const socketFolders = new Map<string, string | undefined>();
  for (const { profile } of left) socketFolders.set(profile, await socketFolderOf(profile));
  for (const { pid } of await thoseThatStay(left)) {
    killTree(pid); // of a browser, all
    kill(pid); // of what a browser has left that was killed, this one
  }
  for (const group of await leaderlessGroupsBelow(folder)) killTree(group);
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

/** Groups of browsers with a profile below the folder of which only child processes are left, stopped ones for example. */
async function leaderlessGroupsBelow(folder: string): Promise<number[]> {
  const leaderless = (await ownProcesses().catch(() => []))
    .filter(({ command, group }) => command.includes(CHILD_TYPE) && !isProcessAlive(group))
    .map(({ group }) => group);
  if (leaderless.length === 0) return []; // reading a large folder takes time
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const profiles = names.filter((name) => basename(name) === GROUP_FILE).map(dirname);
  const groups = await Promise.all(profiles.map(async (name) => readGroup(join(folder, name))));
  return leaderless.filter((group) => groups.includes(group));
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
  const [status = '', command = ''] = await Promise.all(
    ['stat', 'cmdline'].map(async (name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  return [{ pid, group: groupOf(status), command }];
}

/** From `/proc/PID/stat`: the name is in parentheses, then come the state, the parent and the group (proc(5)). */
function groupOf(status: string): number {
  return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2]);
}

async function listed(): Promise<Called[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axwwo', 'pid=,uid=,pgid=,command=']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, uid, group, command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+) (.*)$/.exec(line) ?? [];
    return Number(uid) === process.getuid?.()
      ? [{ pid: Number(pid), group: Number(group), command }]
      : [];
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
