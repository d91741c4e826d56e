/**
 * Ends browsers whose owner was killed. Most end by themselves when their pipe closes, but a frozen process does not: neither a browser
 * nor a renderer that has outlived its browser.
 */
import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { killTree } from './kill-tree';
import { GROUP_FILE, readGroup, removeProfile, socketFolderOf } from './profile-folder';

/** How long a browser may take to end by itself, in milliseconds; it needs about 100. A killed one leaves the folder of its socket. */
const ENDS_BY_ITSELF_MS = 2_000;
const POLL_MS = 50;

/** A browser of which a profile is left. */
interface LeftBrowser {
  profile: string;
  /** Its process group; undefined if it recorded none. */
  group: number | undefined;
  socketFolder: string | undefined;
}

/** A process, its process group, and its arguments, with spaces or NUL characters between them. */
interface Process {
  group: number;
  command: string;
}

/**
 * Gives the browsers with a profile below a folder two seconds to end by themselves. Then kills the remaining ones with all of their
 * processes, and removes the profiles.
 */
export async function endBrowsersBelow(folder: string): Promise<void> {
  const browsers = await browsersBelow(folder);
  const deadline = performance.now() + ENDS_BY_ITSELF_MS;
  let alive = await groupsAlive(browsers);
  while (alive.length > 0 && performance.now() < deadline) {
    await delay(POLL_MS);
    alive = await groupsAlive(browsers);
  }
  for (const group of alive) killTree(group);
  for (const { profile, socketFolder } of browsers) await removeProfile(profile, socketFolder);
}

async function browsersBelow(folder: string): Promise<LeftBrowser[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const profiles = names.filter((name) => basename(name) === GROUP_FILE).map(dirname);
  return Promise.all(
    profiles.map(async (name) => {
      const profile = join(folder, name);
      const [group, socketFolder] = await Promise.all([
        readGroup(profile),
        socketFolderOf(profile),
      ]);
      return { profile, group, socketFolder };
    }),
  );
}

/** The groups with a process of these browsers. A process of another program may have the same group id, so the arguments count too. */
async function groupsAlive(browsers: readonly LeftBrowser[]): Promise<number[]> {
  if (browsers.length === 0) return [];
  const processes = await ownProcesses().catch(() => []);
  return browsers.flatMap(({ profile, group }) => {
    const isAlive = processes.some(
      (it) =>
        it.group === group &&
        (it.command.includes(`--user-data-dir=${profile}`) || it.command.includes('--type=')), // a child process of a Chromium
    );
    return isAlive && group !== undefined ? [group] : [];
  });
}

/** The processes of this user. */
async function ownProcesses(): Promise<Process[]> {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') return listed();
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const found = await Promise.all(pids.map(async (pid) => read(pid).catch(() => []))); // it has ended
  return found.flat();
}

async function read(pid: number): Promise<Process[]> {
  if ((await stat(`/proc/${pid}`)).uid !== process.getuid?.()) return [];
  const [status = '', command = ''] = await Promise.all(
    ['stat', 'cmdline'].map(async (name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  return [{ group: groupOf(status), command }];
}

/** From `/proc/PID/stat`: the name is in parentheses, then come the state, the parent and the group (proc(5)). */
function groupOf(status: string): number {
  return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2]);
}

/** macOS has no `/proc`; some Linux containers have no `ps`. */
async function listed(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axwwo', 'uid=,pgid=,command=']);
  return stdout.split('\n').flatMap((line) => {
    const [, uid, group, command = ''] = /^\s*(\d+)\s+(\d+) (.*)$/.exec(line) ?? [];
    return Number(uid) === process.getuid?.() ? [{ group: Number(group), command }] : [];
  });
}
