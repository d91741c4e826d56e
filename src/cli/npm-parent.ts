/**
 * Notices that the npm which started this process is gone. `npx` passes no signal on: a SIGTERM ends npm and the shell between, and
 * what they have started would go on without them. Only for what npm itself runs in the foreground; whoever starts it otherwise
 * (a shell with `nohup` or `setsid`, systemd, a container) is the one who ends it.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { environment } from '../options/environment';

/** Time between two looks, in milliseconds. */
const LOOK_MS = 250;

/** Resolves when npm has ended. Never, when this process was not started by `npx` or `npm exec`. */
export async function npmGone(): Promise<void> {
  if (!environment.isRunByNpmExec || process.platform === 'win32') return new Promise(() => {});
  const before = await lineage();
  while ((await lineage()) === before) await delay(LOOK_MS, undefined, { ref: false });
}

/** The parent, a shell of npm's, and the parent of that: npm itself. Who loses a parent gets another one. */
async function lineage(): Promise<string> {
  const parent = process.ppid;
  const grandparent = await parentOf(parent);
  return `${parent} ${grandparent ?? ''}`;
}

/** Only Linux tells of it without another program. Elsewhere a SIGTERM still ends the shell too, and that is seen. */
async function parentOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(stat) ?? [];
  return name !== undefined && /^(ba|da|a)?sh$/.test(name) ? parent : undefined; // without a shell the parent is npm
}
