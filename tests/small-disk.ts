/** A small disk in memory, mounted on a folder, that can be full for a while. Needs Linux, and leave to mount. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PAGE = 4096;
/** How often it is made as small as what is on it, while others write to it. */
const TRIES = 50;
/** Takes the last of the room. */
const FILLER = 'sessionwright-filler';

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

/** A disk. The caller unmounts it. */
export class SmallDisk {
  readonly folder: string;
  readonly #bytes: number;

  private constructor(folder: string, bytes: number) {
    this.folder = folder;
    this.#bytes = bytes;
  }

  /** @param bytes its size; it takes only what is on it */
  static async mount(folder: string, bytes: number): Promise<SmallDisk> {
    mkdirSync(folder, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'none', folder]);
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
