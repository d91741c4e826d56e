/** The folder of the run page: one HTML file, and beside it the clips and traces that it shows, so that it can be moved as a whole. */
import { copyFile, link, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { replaceFile, throughDraft } from '../../base/atomic-file';
import { codeOf, messageOf } from '../../base/errors';

/** The page. */
const PAGE = 'index.html';
/** Clips and traces. */
const FILES = 'data';
/** How the files in there end, and no others: only those are ever removed. */
const OUR_FILE = /-\d+-(?:clip|trace|link)\.\w+$/;
/** By this a page is known to be ours: no other one is replaced. */
export const GENERATOR = 'name="generator" content="sessionwright"';
/** Reports are files of the user, who decides by the umask who may read them. */
const FILE_MODE = 0o666;
/** Files that are linked at one time. */
const AT_ONCE = 16;

/** What came of bringing files into the folder. */
export interface TakenFiles {
  /** Their places relative to the page, by path. */
  places: Map<string, string>;
  /** Those that could not be brought there, a line each; one that does not exist is told of elsewhere. */
  problems: string[];
}

/** The folder of a run page. */
export class PageFolder {
  readonly path: string;
  /** Whether a page of ours is there, from an earlier run. */
  readonly #hasOld: boolean;
  /** Names of the files that the new page needs. */
  readonly #taken = new Set<string>();

  private constructor(path: string, hasOld: boolean) {
    this.path = path;
    this.#hasOld = hasOld;
  }

  /**
   * Makes the folder ready; what is there stays for now.
   * @throws when its page is somebody else's, and the error of the system when there can be no such folder
   */
  static async open(path: string): Promise<PageFolder> {
    const before = await pageIn(path);
    if (before !== undefined && !before.includes(GENERATOR))
      throw new Error(`${path} holds an ${PAGE} that is not ours: name another folder as runPage`);
    await mkdir(path, { recursive: true });
    return new PageFolder(path, before !== undefined);
  }

  /** Whether a page of ours is there. */
  static async holdsPage(path: string): Promise<boolean> {
    const page = await pageIn(path).catch(() => undefined); // what cannot be read is not ours
    return page?.includes(GENERATOR) === true;
  }

  /** Removes the page of an earlier run, and what goes with it; nothing that is not ours. */
  static async clear(path: string): Promise<void> {
    if (!(await PageFolder.holdsPage(path))) return;
    await rm(join(path, PAGE), { force: true });
    await new PageFolder(path, true).#removeOld();
    await rmdir(path).catch(() => {}); // somebody else's files are there too
  }

  get page(): string {
    return join(this.path, PAGE);
  }

  /**
   * Brings files into the folder: as links where the disk allows it, which takes no space.
   * @param files - path by name without its ending, unique
   */
  async take(files: ReadonlyMap<string, string>): Promise<TakenFiles> {
    const taken: TakenFiles = { places: new Map(), problems: [] };
    if (files.size === 0) return taken;
    await mkdir(join(this.path, FILES), { recursive: true });
    const queue = files.entries(); // shared, so that each entry is taken once
    const work = async (): Promise<void> => {
      for (const [name, path] of queue) await this.#takeOne(`${name}${extname(path)}`, path, taken);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return taken;
  }

  /**
   * Puts a small page of ours beside them.
   * @param name - without its ending, unique
   * @returns its path
   */
  async addPage(name: string, html: string): Promise<string> {
    const file = `${name}.html`;
    await mkdir(join(this.path, FILES), { recursive: true });
    await replaceFile(join(this.path, FILES, file), html, { mode: FILE_MODE, isDurable: false });
    this.#taken.add(file);
    return join(this.path, FILES, file);
  }

  /** Puts the page into its place, and removes what only the page before it showed. */
  async write(html: string): Promise<void> {
    await replaceFile(this.page, html, { mode: FILE_MODE, isDurable: false });
    if (this.#hasOld) await this.#removeOld();
  }

  async #takeOne(name: string, from: string, { places, problems }: TakenFiles): Promise<void> {
    try {
      const fill = async (draft: string): Promise<void> =>
        link(from, draft).catch(async () => copyFile(from, draft)); // another disk, or one without links
      await throughDraft(join(this.path, FILES, name), fill);
      this.#taken.add(name);
      places.set(from, `${FILES}/${name}`);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT')
        problems.push(`${name} is not in the run page: ${messageOf(error)}`);
    }
  }

  async #removeOld(): Promise<void> {
    const folder = join(this.path, FILES);
    const names = await readdir(folder).catch(() => []); // it had no clips
    const old = names.filter((name) => OUR_FILE.test(name) && !this.#taken.has(name));
    await Promise.all(old.map(async (name) => rm(join(folder, name), { force: true })));
    if (this.#taken.size === 0) await rmdir(folder).catch(() => {}); // somebody else's files are there too
  }
}

/** The page in a folder; undefined when there is none. */
async function pageIn(path: string): Promise<string | undefined> {
  return readFile(join(path, PAGE), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}
