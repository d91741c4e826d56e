/** Files that the session API keeps: the account's uploads, and the downloads of each session. */
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
      /** What it is called in the storage: a plain name, without a path. */
      name: string;
      /** What is in it; a text is stored as UTF-8. */
      content: string | Uint8Array;
    };

/** How to save a file. */
export interface DownloadOptions {
  /** Whether a file that is there may be replaced. @default false */
  force?: boolean | undefined;
}

const downloadSchema = z.strictObject({ force: z.boolean().optional() });
const nameSchema = z.object({ name: z.string() });
const targetSchema = z.object({ to: z.string() });
const uploadSchema = z.union([
  z.string(),
  z.strictObject({ name: z.string(), content: z.union([z.string(), z.instanceof(Uint8Array)]) }),
]);

/** Uploads of the account: every session can use them in its actions. */
export class AccountFiles {
  readonly #http: HttpClient;

  /** @internal Called by the client. */
  constructor(http: HttpClient) {
    this.#http = http;
  }

  /**
   * Stores a file under its name; one of the same name is replaced. Returns the name.
   * @throws {@link OptionsError} for a name that cannot be one; {@link SessionwrightError} `file_not_read`; {@link ApiError}
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

  /** All uploads. */
  async list(): Promise<StoredFile[]> {
    return this.#http.call('listUploads', { purpose: 'list uploads' });
  }

  /**
   * Saves an upload. `to` is a file, or a folder that exists. Returns the path of the file.
   * @throws {@link NotFoundError}; {@link SessionwrightError} `file_exists`, `file_not_saved`
   */
  async download(name: string, to: string, options: DownloadOptions = {}): Promise<string> {
    const params = { filename: checkName(name) };
    return save(this.#http, { name, to, options }, async (purpose) =>
      this.#http.call('getUploadUrl', { purpose, params }),
    );
  }
}

/** The files that a session works with: it uploads those of its account, and keeps what its pages download. */
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

  /** What actions of the session can upload: all uploads of the account. */
  async uploads(): Promise<StoredFile[]> {
    return this.#account.list();
  }

  /** What pages of the session have downloaded. Still there when it has ended. */
  async downloads(): Promise<StoredFile[]> {
    return this.#http.call('listDownloads', {
      purpose: `list the downloads of session ${this.#sessionId}`,
      params: { sessionId: this.#sessionId },
    });
  }

  /**
   * Saves a download of the session. `to` is a file, or a folder that exists. Returns the path of the file.
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

/** A file that can be read, again for each try. */
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

/** Opens the file with the first read: a request that never gets so far must not leave it open, nor fail for it where nobody listens. */
async function* contentOf(file: string): AsyncIterable<Uint8Array> {
  yield* createReadStream(file) as AsyncIterable<Buffer>;
}

/** A multipart form with this one file. It is streamed, and its length is said beforehand. */
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
