/** Disks of their own for the folders that a run writes to, each of which can be full for a while. */
import { join } from 'node:path';
import { SmallDisk } from '../small-disk';
import { FOLDERS, type Folder } from './suite';

/** Of each disk, in bytes: more than a run needs. */
const BYTES = 512 * 1024 * 1024;

/** The disks of one project. */
export class Disks {
  readonly #disks: Record<Folder, SmallDisk>;

  private constructor(disks: Record<Folder, SmallDisk>) {
    this.#disks = disks;
  }

  /** @param root the project's folder */
  static async mount(root: string): Promise<Disks> {
    const mount = async (folder: Folder): Promise<SmallDisk> =>
      SmallDisk.mount(join(root, FOLDERS[folder]), BYTES);
    return new Disks({
      run: await mount('run'),
      cookies: await mount('cookies'),
      output: await mount('output'),
    });
  }

  of(folder: Folder): SmallDisk {
    return this.#disks[folder];
  }

  async unmount(): Promise<void> {
    for (const disk of Object.values(this.#disks)) await disk.unmount();
  }
}
