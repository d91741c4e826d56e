/** Files of the session API: uploads of the account, and downloads of each session. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';

import * as z from 'zod';

import { checkOptions } from '../contract/checks';
import { ApiError, OptionsError, SessionwrightError } from '../contract/errors';
import { fileNameProblem, type StoredFile } from '../contract/storage';
import { downloadFile } from './download';
import type { Form, HttpClient } from './http';

/** A file to upload: its path, or its name and content. */
export type FileToUpload =
  | string
  | {
      /** Name in the storage, without a path. */
      name: string;
      /** Content; text is stored as UTF-8. */
      content: string | Uint8Array;
    };

/** How to save a file. */
export interface DownloadOptions {
  /** Whether an existing file may be replaced. @default false */
  force?: boolean | undefined;
}

const downloadSchema = z.strictObject({ force: z.boolean().optional() });
const nameSchema = z.object({ name: z.string() });
const targetSchema = z.object({ to: z.string() });
const uploadSchema = z.union([
  z.string(),
  z.strictObject({ name: z.string(), content: z.union([z.string(), z.instanceof(Uint8Array)]) }),
]);

/** Uploads of the account. Actions of all its sessions can use them. */
export class AccountFiles {
  readonly #http: HttpClient;

  /** @internal Called by the client. */
  constructor(http: HttpClient) {
    this.#http = http;
  }

  /**
   * Stores a file under its name, and returns the name. Replaces a file of the same name.
   * @throws {@link OptionsError} for an invalid name; {@link SessionwrightError} `file_not_read`; {@link ApiError}
   */
  async upload(file: FileToUpload): Promise<string> {
    const { name, sizeBytes, read } = await prepare(file);
    const answer = await this.#http.send('uploadFile', {
      purpose: `upload ${name}`,
      params: { filename: checkName(name) },
      form: () => toForm({ name, sizeBytes, read }),
    });
    const { purpose, method, path } = answer.exchange;
    if (!answer.read().success)
      throw new ApiError(`Could not ${purpose}: the API did not store it.`, {
        code: 'request_failed',
        method,
        path,
      });
    return name;
  }

  /** Returns the names of all uploads. */
  async list(): Promise<StoredFile[]> {
    return this.#http.call('listUploads', { purpose: 'list uploads' });
  }

  /**
   * Saves an upload, and returns the path of the file. `to` is a file, or an existing folder.
   * @throws {@link NotFoundError}; {@link SessionwrightError} `file_exists`, `file_not_saved`
   */
  async download(name: string, to: string, options: DownloadOptions = {}): Promise<string> {
    const params = { filename: checkName(name) };
    return save(this.#http, { name, to, options }, async (purpose) =>
      this.#http.call('getUploadUrl', { purpose, params }),
    );
  }
}

/** Files of a session: its actions upload files of the account, and it keeps the downloads of its pages. */
export class SessionFiles {
  readonly #http: HttpClient;
  readonly #sessionId: string;
  readonly #account: AccountFiles;

  /** @internal Called by the client. */
  constructor(http: HttpClient, sessionId: string) {
    this.#http = http;
    this.#sessionId = sessionId;
    this.#account = new AccountFiles(http);
  }

  /** The same as {@link AccountFiles.upload}. */
  async upload(file: FileToUpload): Promise<string> {
    return this.#account.upload(file);
  }

  /** Returns the files that actions of the session can upload: all uploads of the account. */
  async uploads(): Promise<StoredFile[]> {
    return this.#account.list();
  }

  /** Returns the downloads of the session's pages. Works after its end too. */
  async downloads(): Promise<StoredFile[]> {
    return this.#http.call('listDownloads', {
      purpose: `list the downloads of session ${this.#sessionId}`,
      params: { sessionId: this.#sessionId },
    });
  }

  /**
   * Saves a download of the session, and returns the path of the file. `to` is a file, or an existing folder.
   * @throws {@link NotFoundError}; {@link SessionwrightError} `file_exists`, `file_not_saved`
   */
  async download(name: string, to: string, options: DownloadOptions = {}): Promise<string> {
    const params = { sessionId: this.#sessionId, filename: checkName(name) };
    return save(this.#http, { name, to, options }, async (purpose) =>
      this.#http.call('getDownloadUrl', { purpose, params }),
    );
  }
}

async function save(
  http: HttpClient,
  { name, to, options }: { name: string; to: string; options: DownloadOptions },
  ask: (purpose: string) => Promise<{ url: string }>,
): Promise<string> {
  checkOptions(`Cannot download ${name} with these options`, downloadSchema, options);
  checkOptions(`Cannot download ${name}`, targetSchema, { to });
  const { force = false } = options;
  const purpose = `download ${name}`;
  const { url } = await ask(purpose);
  return downloadFile(
    http,
    { purpose, url, what: 'URL', again: 'ask for the file again' },
    { to, name, force, code: 'file_not_saved' },
  );
}

function checkName(name: string): string {
  checkOptions('Cannot use this file name', nameSchema, { name });
  const problem = fileNameProblem(name);
  if (problem === undefined) return name;
  throw new OptionsError(`The file name ${JSON.stringify(name)} cannot be used: it ${problem}.`, {
    path: 'name',
  });
}

/** Content of a file that each try can read again. */
interface PreparedFile {
  name: string;
  sizeBytes: number;
  read: () => AsyncIterable<Uint8Array>;
}

async function prepare(file: FileToUpload): Promise<PreparedFile> {
  checkOptions('Cannot upload this file', uploadSchema, file);
  if (typeof file !== 'string') {
    const content =
      typeof file.content === 'string' ? new TextEncoder().encode(file.content) : file.content;
    return { name: file.name, sizeBytes: content.length, read: () => once(content) };
  }
  const found = await stat(file).catch((cause: unknown) => {
    throw new SessionwrightError(`Could not upload ${file}: ${(cause as Error).message}.`, {
      code: 'file_not_read',
      cause,
    });
  });
  if (!found.isFile())
    throw new SessionwrightError(`Could not upload ${file}: it is no file.`, {
      code: 'file_not_read',
    });
  return { name: basename(file), sizeBytes: found.size, read: () => contentOf(file) };
}

async function* once(content: Uint8Array): AsyncIterable<Uint8Array> {
  yield content;
}

/** Opens the file with the first read: a request that is never sent must not leave it open, or emit an error without a listener. */
async function* contentOf(file: string): AsyncIterable<Uint8Array> {
  yield* createReadStream(file) as AsyncIterable<Buffer>;
}

/** A multipart form with one file. It is streamed, with a known length. */
function toForm({ name, sizeBytes, read }: PreparedFile): Form {
  const boundary = `sessionwright-${randomUUID()}`;
  const escaped = name.replace(/["\r\n]/g, encodeURIComponent); // as browsers do
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${escaped}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(head.length + sizeBytes + tail.length),
    },
    body: concat(head, read(), tail),
  };
}

async function* concat(
  head: Uint8Array,
  content: AsyncIterable<Uint8Array>,
  tail: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield head;
  yield* content;
  yield tail;
}
