/** Fetches a URL that needs no key into a file, which appears when it is complete. */
import { createWriteStream } from 'node:fs';
import { link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { ApiError, ApiUnreachableError, ContractError, SessionwrightError } from '../contract/errors';
import { single, type HttpClient } from './http';

/** A download without a byte for so long has broken, in milliseconds: what the cloud's own client waits for files. */
const STALL_MS = 60_000;
/** How many redirects in a row a download follows. */
const MAX_REDIRECTS = 5;

/** What to fetch, and where to. */
export interface Download {
  /** Completes "Could not ..." in messages: `download report.pdf`. */
  purpose: string;
  url: string;
  /** A file, whose folder is made if needed; or a folder that exists, and then the file gets `name`. */
  to: string;
  name: string;
  /** Whether a file that is there may be replaced. */
  force: boolean;
}

/**
 * Fetches it, and returns the path of the file. The URL gets no key: it may lead anywhere.
 * @throws {@link SessionwrightError} `file_exists`, or `file_not_saved` when it cannot be written; {@link ApiError} when the URL does not give it
 */
export async function download(http: HttpClient, job: Download): Promise<string> {
  const isFolder = await stat(job.to).then((it) => it.isDirectory(), () => false);
  const path = isFolder ? join(job.to, basename(job.name)) : job.to;
  if (!job.force && (await exists(path))) throw fileExists(job, path);
  const partial = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(await open(http, job), createWriteStream(partial));
    if (job.force) await rename(partial, path);
    else await placeNew(partial, path, job);
    return path;
  } catch (cause) {
    if (cause instanceof SessionwrightError) throw cause;
    throw new SessionwrightError(`Could not ${job.purpose} to ${path}: ${(cause as Error).message}. Check the folder, and try again.`, { code: 'file_not_saved', cause });
  } finally {
    await rm(partial, { force: true }).catch(() => undefined); // its folder could not be made
  }
}

async function open(http: HttpClient, { purpose, url: first }: Download) {
  const failure = (ErrorClass: typeof ApiError | typeof ContractError, problem: string, code: string): Error => new ErrorClass(`Could not ${purpose}: ${problem}.`, { code, method: 'GET', path: '(file)' });
  if (!URL.canParse(first)) throw failure(ContractError, 'the API names no URL for it', 'contract_violation');
  let url = new URL(first);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const { origin } = url;
    const { statusCode: status, headers, body } = await http.dispatchers.request(url, { method: 'GET', headersTimeout: STALL_MS, bodyTimeout: STALL_MS }).catch((cause: unknown) => {
      throw new ApiUnreachableError(`Could not ${purpose}: ${origin} did not answer.`, { code: 'api_unreachable', method: 'GET', path: '(file)', maybeReceived: true, cause });
    });
    if (status === 200) return body;
    await body.dump();
    const location = single(headers['location']);
    if (status < 300 || status > 399 || location === undefined) throw failure(ApiError, `${origin} answered ${status}`, 'request_failed');
    url = new URL(location, url);
  }
  throw failure(ApiError, 'its URL redirects without end', 'request_failed');
}

/** A link replaces nothing, whoever made the file meanwhile. Some file systems have none. */
async function placeNew(partial: string, path: string, job: Download): Promise<void> {
  try {
    await link(partial, path);
  } catch {
    if (await exists(path)) throw fileExists(job, path);
    await rename(partial, path);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

function fileExists({ purpose }: Download, path: string): SessionwrightError {
  return new SessionwrightError(`Could not ${purpose}: ${path} is there already. Name another file, or pass { force: true }.`, { code: 'file_exists' });
}
