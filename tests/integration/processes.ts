/** What runs on this machine: for asserting that nothing was left behind. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The command lines that mention the text, such as a profile folder. Processes that have ended but were not reaped do not count. */
export async function processesWith(text: string | undefined): Promise<string[]> {
  if (text === undefined) return [];
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,stat,args', '-ww']);
  return stdout.split('\n').filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line));
}

/** How often running processes are listed, in milliseconds: no browser ends sooner. */
const LOOK_EVERY_MS = 200;

/**
 * Remembers the process group of every process whose command line mentions a text, such as a folder of profiles. What is left of a
 * group is found by it, also renderers, whose command lines mention nothing.
 */
export class GroupWatch {
  readonly #text: string;
  readonly #groups = new Set<number>();
  readonly #timer: NodeJS.Timeout;

  constructor(text: string) {
    this.#text = text;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** Running processes of all groups seen so far, each as its id and its command line. */
  async left(): Promise<string[]> {
    await this.#look();
    return processesOfGroups(this.#groups);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    for (const { group, command } of await processes())
      if (command.includes(this.#text)) this.#groups.add(group);
  }
}

/** Running processes of process groups, each as its id and its command line. */
export async function processesOfGroups(groups: Iterable<number>): Promise<string[]> {
  const wanted = new Set(groups);
  const found = (await processes()).filter(({ group }) => wanted.has(group));
  return found.map(({ pid, command }) => `${pid} ${command}`);
}

/** All processes of this machine without zombies. */
async function processes(): Promise<{ pid: number; group: number; command: string }[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,pgid,stat,args', '-ww']);
  return stdout.split('\n').flatMap((line) => {
    const [, pid, group, command] = /^\s*(\d+)\s+(\d+)\s+[^Z\s]\S*\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), group: Number(group), command }];
  });
}
