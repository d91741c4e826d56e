/** The folder of the run page: one HTML file, and beside it the clips and traces that it shows, so that it can be moved as a whole. */
import { copyFile, link, mkdir, readFile, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { replaceFile } from '../../base/atomic-file';
import { codeOf } from '../../base/errors';

/** The page. */
const PAGE = 'index.html';
/** Clips and traces. */
const FILES = 'data';
/** By this a page is known to be ours: only then its folder is cleared. */
export const GENERATOR = 'name="generator" content="sessionwright"';
/** Reports are files of the user, who decides by the umask who may read them. */
const FILE_MODE = 0o666;
/** Files that are linked at one time. */
const AT_ONCE = 16;

/** The folder of a run page. */
export class PageFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder ready: what an earlier page left there is removed, and nothing else. */
  static async open(path: string): Promise<PageFolder> {
    const before = await readFile(join(path, PAGE), 'utf8').catch(() => '');
    if (before.includes(GENERATOR)) await rm(join(path, FILES), { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    return new PageFolder(path);
  }

  get page(): string {
    return join(this.path, PAGE);
  }

  /**
   * Brings files into the folder: as links where the disk allows it, which takes no space.
   * @param files - path by name without its ending, unique
   * @returns their places relative to the page, by path; a file that is not there is left out
   */
  async take(files: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const places = new Map<string, string>();
    if (files.size === 0) return places;
    await mkdir(join(this.path, FILES), { recursive: true });
    const queue = files.entries(); // shared, so that each entry is taken once
    const work = async (): Promise<void> => {
      for (const [name, path] of queue) {
        const place = `${name}${extname(path)}`;
        if (await takeOne(path, join(this.path, FILES, place)))
          places.set(path, `${FILES}/${place}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return places;
  }

  async write(html: string): Promise<void> {
    await replaceFile(this.page, html, { mode: FILE_MODE, isDurable: false });
  }
}

/** False when there is no such file: a clip may have failed, which was told of. */
async function takeOne(from: string, to: string): Promise<boolean> {
  try {
    await rm(to, { force: true });
    await link(from, to).catch(async () => copyFile(from, to)); // another disk, or one without links
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
