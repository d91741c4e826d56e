/** Downloads from URLs that the API returned, without a key: into a file, which appears when it is complete, or as text. */
import { link, open, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { moveOver, throughDraft } from '../base/atomic-file';
import { makeFolder } from '../base/folders';
import {
  ApiError,
  ApiUnreachableError,
  ContractError,
  SessionwrightError,
} from '../contract/errors';
import { single, type HttpClient } from './http';

/** A download fails if no byte arrives for this long, in milliseconds: as the cloud's client does. */
const STALL_MS = 60_000;
/** Maximum number of consecutive redirects. */
const MAX_REDIRECTS = 5;
/** What errors contain of the call: no path, because it may contain a signature. */
const EXCHANGE = { method: 'GET', path: '(download)' };

/** What to fetch. */
export interface Source {
  /** Completes "Could not ..." in messages: `download report.pdf`. */
  purpose: string;
  /** From the API; null if it returned none. */
  url: string | null;
  /** Completes "the API returned no ... for it": `URL`. */
  what: string;
  /** How to get a new URL if this one has expired: `request the replay again`. */
  again: string;
}

/** Where to save it. */
export interface Target {
  /** A file. Its folder is created if necessary. */
  to: string;
  /** Allows an existing folder as `to`; the file in it gets this name. */
  name?: string;
  /** Whether an existing file may be replaced. */
  force: boolean;
  /** Error code if the file cannot be written. */
  code: 'file_not_saved' | 'replay_not_saved';
}

/**
 * Downloads to a file, and returns its path.
 * @throws {@link SessionwrightError} `file_exists`, or `target.code` if the download breaks or the file cannot be written; {@link ApiError} if the URL does not answer with success
 */
export async function downloadFile(
  http: HttpClient,
  source: Source,
  target: Target,
): Promise<string> {
  const path = await pathOf(target);
  if (!target.force && (await exists(path))) throw fileExists(source, path);
  try {
    await makeFolder(dirname(path));
    await throughDraft(path, (draft) => writeNew(draft, () => request(http, source)), {
      ...(!target.force && { place: (draft) => placeNew(draft, path, source) }),
    });
    return path;
  } catch (cause) {
    if (cause instanceof SessionwrightError) throw cause;
    throw new SessionwrightError(
      `Could not ${source.purpose} to ${path}: ${(cause as Error).message}. Check the connection and the folder, and try again.`,
      { code: target.code, cause },
    );
  }
}

/**
 * Downloads text.
 * @throws {@link ApiError} if the URL does not answer with success
 */
export async function downloadText(http: HttpClient, source: Source): Promise<string> {
  const body = await request(http, source);
  return body.text().catch((cause: unknown) => {
    throw unreachable(source, 'the download broke off', cause);
  });
}

/** Sends no key: the URL needs none, and may point to any host. */
async function request(http: HttpClient, source: Source) {
  if (source.url === null || !URL.canParse(source.url))
    throw new ContractError(
      `Could not ${source.purpose}: the API names no ${source.what} for it.`,
      { ...EXCHANGE, code: 'contract_violation' },
    );
  let url = new URL(source.url);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const { origin } = url;
    const {
      statusCode: status,
      headers,
      body,
    } = await http.dispatchers
      .request(url, { method: 'GET', headersTimeout: STALL_MS, bodyTimeout: STALL_MS })
      .catch((cause: unknown) => {
        throw unreachable(source, `${origin} did not answer`, cause);
      });
    if (status === 200) return body;
    await body.dump();
    const location = single(headers['location']);
    if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, url))
      throw refused(
        source,
        `${origin} answered ${status}. Its URL may have expired; ${source.again}`,
      );
    url = new URL(location, url);
  }
  throw refused(source, 'its URL redirects without end');
}

function refused({ purpose }: Source, problem: string): ApiError {
  return new ApiError(`Could not ${purpose}: ${problem}.`, { ...EXCHANGE, code: 'request_failed' });
}

function unreachable({ purpose }: Source, problem: string, cause: unknown): ApiUnreachableError {
  return new ApiUnreachableError(`Could not ${purpose}: ${problem}.`, {
    ...EXCHANGE,
    code: 'api_unreachable',
    maybeReceived: true,
    cause,
  });
}

/** Has closed the file when it returns, also if the download broke. A file opened later would be left behind. */
async function writeNew(path: string, body: () => Promise<Readable>): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await pipeline(await body(), file.createWriteStream());
  } finally {
    await file.close();
  }
}

async function pathOf({ to, name }: Target): Promise<string> {
  const isFolder =
    name !== undefined &&
    (await stat(to).then(
      (it) => it.isDirectory(),
      () => false,
    ));
  return isFolder ? join(to, basename(name)) : to;
}

/** A hard link never replaces a file that another process created meanwhile. Some file systems have no hard links. */
async function placeNew(partial: string, path: string, source: Source): Promise<void> {
  try {
    await link(partial, path);
  } catch {
    if (await exists(path)) throw fileExists(source, path);
    await moveOver(partial, path);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function fileExists({ purpose }: Source, path: string): SessionwrightError {
  return new SessionwrightError(
    `Could not ${purpose}: ${path} is there already. Name another file, or pass { force: true }.`,
    { code: 'file_exists' },
  );
}
