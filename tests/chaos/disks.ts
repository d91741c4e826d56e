/** Disks of their own for the folders that a run writes to, each of which can be full for a while. */
import { join } from 'node:path';
import { SmallDisk } from '../small-disk';
import { FOLDERS, type Folder } from './suite';

/** Of each disk, in bytes: more than a run needs. */
const BYTES = 512 * 1024 * 1024;

/** The disks of one project. */
export class Disks {
  readonly #disks: ReadonlyMap<Folder, SmallDisk>;

  private constructor(disks: ReadonlyMap<Folder, SmallDisk>) {
    this.#disks = disks;
  }

  /** @param root the project's folder */
  static async mount(root: string): Promise<Disks> {
    const disks = new Map<Folder, SmallDisk>();
    for (const folder of Object.keys(FOLDERS) as Folder[])
      disks.set(folder, await SmallDisk.mount(join(root, FOLDERS[folder]), BYTES));
    return new Disks(disks);
  }

  async fill(folder: Folder): Promise<void> {
    await this.#disks.get(folder)?.fill();
  }

  async free(folder: Folder): Promise<void> {
    await this.#disks.get(folder)?.free();
  }

  async unmount(): Promise<void> {
    for (const disk of this.#disks.values()) await disk.unmount();
  }
}
