/** Fetches what the API names a URL for, without a key: into a file, which appears when it is complete, or as text. */
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

/** A download without a byte for so long has broken, in milliseconds: what the cloud's own client waits for files. */
const STALL_MS = 60_000;
/** How many redirects in a row a download follows. */
const MAX_REDIRECTS = 5;
/** What errors tell of the exchange: no path, which may hold a signature. */
const EXCHANGE = { method: 'GET', path: '(download)' };

/** What to fetch. */
export interface Source {
  /** Completes "Could not ..." in messages: `download report.pdf`. */
  purpose: string;
  /** As the API gave it; null when it gave none. */
  url: string | null;
  /** Completes "the API names no ... for it": `URL`. */
  what: string;
  /** How to get a URL that works, in case this one has expired: `ask for the replay again`. */
  again: string;
}

/** Where to save it. */
export interface Target {
  /** A file, whose folder is made if needed. */
  to: string;
  /** Also allows a folder that exists as `to`; the file in it gets this name. */
  name?: string;
  /** Whether a file that is there may be replaced. */
  force: boolean;
  /** Code of the error when it cannot be written. */
  code: 'file_not_saved' | 'replay_not_saved';
}

/**
 * Saves it, and returns the path of the file.
 * @throws {@link SessionwrightError} `file_exists`, or `target.code` when it breaks off or cannot be written; {@link ApiError} when the URL does not give it
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
 * Fetches it as text.
 * @throws {@link ApiError} when the URL does not give it
 */
export async function downloadText(http: HttpClient, source: Source): Promise<string> {
  const body = await request(http, source);
  return body.text().catch((cause: unknown) => {
    throw unreachable(source, 'the download broke off', cause);
  });
}

/** The URL needs no key, and gets none: it may lead anywhere. */
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

/** Is done with the file when it returns, also when the download broke off: what opens it late would leave it behind. */
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

/** A link replaces nothing, whoever made the file meanwhile. Some file systems have none. */
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
