/** A small disk in memory, mounted on a folder, that can be full for a while. Needs Linux, and leave to mount. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isProcessAlive } from '../src/base/processes';

const PAGE = 4096;
/** How often it is made as small as what is on it, while others write to it. */
const TRIES = 50;
/** Takes the last of the room. */
const FILLER = 'sessionwright-filler';
/** What a disk is called in the list of mounts; the process that has mounted it follows. */
const LABEL = 'sessionwright-small-disk-';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const run = promisify(execFile);

/** Whether this user may mount one here. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sw-small-disk-'));
  const mount = ['-t', 'tmpfs', '-o', 'size=1m', 'none', folder];
  const isMounted = spawnSync('mount', mount).status === 0;
  if (isMounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
  return isMounted;
}

/** A disk. The caller unmounts it; when this process is ended before, that is done here, and when it is killed, by the next one that mounts one. */
export class SmallDisk {
  readonly folder: string;
  readonly #bytes: number;

  private constructor(folder: string, bytes: number) {
    this.folder = folder;
    this.#bytes = bytes;
  }

  /** @param bytes its size; it takes only what is on it */
  static async mount(folder: string, bytes: number): Promise<SmallDisk> {
    unmountOf((pid) => !isProcessAlive(pid));
    for (const signal of SIGNALS)
      if (!process.listeners(signal).includes(unmountAndEnd)) process.once(signal, unmountAndEnd);
    mkdirSync(folder, { recursive: true });
    const label = `${LABEL}${process.pid}`;
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, label, folder]);
    return new SmallDisk(folder, bytes);
  }

  /** Nothing more fits, apart from empty files. */
  async fill(): Promise<void> {
    for (let tries = 1; !(await this.#shrinkToUsed()); tries++)
      if (tries === TRIES)
        throw new Error(`${this.folder} could not be made as small as its files.`);
    const file = await open(join(this.folder, FILLER), 'w');
    await file.writeFile(Buffer.alloc(2 * PAGE)).catch(() => undefined); // as much as there is room for
    await file.close();
  }

  /** There is room again. */
  async free(): Promise<void> {
    await rm(join(this.folder, FILLER), { force: true });
    await this.#resize(this.#bytes);
  }

  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.folder]);
  }

  /** False when somebody has written meanwhile. */
  async #shrinkToUsed(): Promise<boolean> {
    const { bsize, blocks, bfree } = await statfs(this.folder);
    return this.#resize((blocks - bfree) * bsize + PAGE).then(
      () => true,
      () => false,
    );
  }

  async #resize(bytes: number): Promise<void> {
    await run('mount', ['-o', `remount,size=${bytes}`, this.folder]);
  }
}

/** Unmounts the disks of these processes. */
function unmountOf(isGone: (pid: number) => boolean): void {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [label = '', folder = ''] = line.split(' ');
    if (label.startsWith(LABEL) && isGone(Number(label.slice(LABEL.length))))
      spawnSync('umount', ['--lazy', folder.replaceAll('\\040', ' ')]); // a space, in that list
  }
}

function unmountAndEnd(signal: NodeJS.Signals): void {
  unmountOf((pid) => pid === process.pid);
  process.kill(process.pid, signal); // it has taken its listener away: this ends the process, unless others have theirs
}
