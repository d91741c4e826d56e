/** File storage: the uploads of accounts and the downloads of sessions. Files keep their names. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { extname, join } from 'node:path';
import { moveOver } from '../../base/atomic-file';
import { Queue } from '../../base/queue';
import { sizeText } from '../../base/texts';
import type { ActionFiles } from '../../actions/page-driver';
import type { StoredFile } from '../../contract/storage';
import { fileNameProblem, MAX_FILE_BYTES } from '../../contract/storage';
import { badRequest, notFound, refused } from '../../contract/refusals';
import { receiveFile } from '../http/multipart';
import type { SessionFolder } from './session-folder';

/** The name of a download if the page suggested no usable one. */
const UNNAMED = 'download';
/** Longest kept part of a suggested name, in characters. With time stamp and number it is a valid file name in any script. */
const MAX_SUGGESTED_LENGTH = 50;

/** Limit of an account's uploads, and of a session's downloads, in bytes: ten of the largest files. */
const MAX_FOLDER_BYTES = 10 * MAX_FILE_BYTES;
/** Limit of their number, because one answer lists them all. */
const MAX_FOLDER_FILES = 1_000;

/** The files of one server. */
export class FileStorage {
  readonly #uploads: string;
  readonly #incoming: string;
  readonly #storing = new Queue();
  /** Uploads in progress. */
  readonly #arriving = new Set<{ folder: string; bytes: number }>();

  /** @param folders `incoming` is on the same disk as everything else */
  constructor(folders: { uploads: string; incoming: string }) {
    this.#uploads = folders.uploads;
    this.#incoming = folders.incoming;
  }

  /**
   * Stores the file of a multipart request. Atomically replaces a file of the same name.
   * @throws {@link ApiError} as {@link receiveFile}; 413 if the folder is full; 422 for an invalid name
   */
  async receive(request: IncomingMessage, folder: string, name: string): Promise<void> {
    checkName(name);
    const announced = Number(request.headers['content-length'] ?? MAX_FILE_BYTES);
    const arriving = { folder, bytes: Math.min(announced, MAX_FILE_BYTES) };
    const draft = this.#draft();
    this.#arriving.add(arriving);
    try {
      await this.#checkRoom(folder, name);
      await receiveFile(request, draft);
      await move(draft, folder, name);
    } finally {
      this.#arriving.delete(arriving);
      await rm(draft, { force: true }); // after a failure
    }
  }

  /** The files of a folder, by name; none if the folder does not exist. */
  async list(folder: string): Promise<StoredFile[]> {
    const names = await readdir(folder).catch(() => [] as string[]);
    const files = await Promise.all(
      names.sort().map(async (name) => describe(join(folder, name), name)),
    );
    return files.filter((file) => file !== undefined);
  }

  /**
   * Where a file is.
   * @throws {@link ApiError} 404 for an unknown file, 422 for an invalid name
   */
  async find(folder: string, name: string): Promise<string> {
    checkName(name);
    const path = join(folder, name);
    if (!(await describe(path, name)))
      throw notFound(`There is no file "${name}" here. List the files for their names.`);
    return path;
  }

  /** The folder of an account's uploads. The first upload creates it. @param owner undefined for the operator */
  uploadsOf(owner: string | undefined): string {
    return owner === undefined ? this.#uploads : join(`${this.#uploads}-of`, owner);
  }

  /** The uploads and downloads of a session's actions. */
  forSession(session: SessionFolder, owner: string | undefined): ActionFiles {
    const uploads = this.uploadsOf(owner);
    return {
      upload: async (name) =>
        fileNameProblem(name) === undefined && (await describe(join(uploads, name), name))
          ? join(uploads, name)
          : undefined,
      storeDownload: async (suggestedName, save) =>
        this.#storeDownload(session.downloads, suggestedName, save),
    };
  }

  /** Never replaces an earlier download: names begin with the time, as in the cloud, and get a number if needed. */
  async #storeDownload(
    folder: string,
    suggestedName: string,
    save: (path: string) => Promise<void>,
  ): Promise<string> {
    const draft = this.#draft();
    try {
      await save(draft);
      return await this.#storing.run(async () => {
        await this.#checkRoom(folder, undefined, (await stat(draft)).size);
        const taken = new Set(await readdir(folder).catch(() => [] as string[]));
        const name = downloadName(suggestedName, new Date(), taken);
        await move(draft, folder, name);
        return name;
      });
    } finally {
      await rm(draft, { force: true }); // after a failure
    }
  }

  /** @throws {@link ApiError} 413 if the folder, with uploads in progress, would exceed its limits. A file to be replaced does not count. */
  async #checkRoom(folder: string, replaced: string | undefined, more?: number): Promise<void> {
    const files = (await this.list(folder)).filter(({ name }) => name !== replaced);
    const arriving = [...this.#arriving].filter((it) => it.folder === folder);
    const sizes = [...files.map(({ size }) => size), ...arriving.map(({ bytes }) => bytes)];
    if (more !== undefined) sizes.push(more);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.length > MAX_FOLDER_FILES || bytes > MAX_FOLDER_BYTES)
      throw badRequest(
        413,
        'storage_full',
        `There is no room for the file: ${MAX_FOLDER_FILES} files and ${sizeText(MAX_FOLDER_BYTES)} may be kept here. Replace a file by one of the same name, or ask the operator to remove some.`,
      );
  }

  #draft(): string {
    return join(this.#incoming, randomUUID());
  }
}

/** @throws {@link InvalidRequestError} for an invalid name */
function checkName(name: string): void {
  const problem = fileNameProblem(name);
  if (problem !== undefined)
    throw refused('Invalid file name', [{ path: 'filename', message: problem, in: 'path' }]);
}

/** `2026_01_31_23_59_59-report.pdf`, from the name that a page suggests; with `-2` before the extension if that name is taken. */
export function downloadName(suggestedName: string, at: Date, taken: ReadonlySet<string>): string {
  const plain =
    suggestedName
      .replace(/[/\\<>:"|?*\p{Cc}\p{Cs}]+/gu, '_')
      .trim()
      .replace(/[\s.]+$/, '') || UNNAMED;
  const extension = cut(extname(plain), MAX_SUGGESTED_LENGTH / 2);
  const stem = cut(
    plain.slice(0, plain.length - extname(plain).length),
    MAX_SUGGESTED_LENGTH - extension.length,
  );
  const stamp = at.toISOString().slice(0, 19).replace(/[-T:]/g, '_');
  for (let number = 1; ; number++) {
    const name = `${stamp}-${stem}${number === 1 ? '' : `-${number}`}${extension}`;
    if (!taken.has(name)) return name;
  }
}

/** Shortens a text without splitting a character, and without a space or dot at the end. */
function cut(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(/\p{Cs}$/u, '')
    .replace(/[\s.]+$/, '');
}

async function move(draft: string, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await moveOver(draft, join(folder, name));
}

async function describe(path: string, name: string): Promise<StoredFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile()
    ? { name, size: found.size, extension: extname(name), updatedAt: found.mtime }
    : undefined;
}
