/** The requests of a session: lists the batches of its network log, and fetches them. */
import { ApiError, ContractError } from '../contract/errors';
import { harSchema, networkLogsSchema, type HarEntry, type NetworkLogBatch, type NetworkLogList } from '../contract/network-logs';
import { routes } from '../contract/routes';
import { single, type HttpClient } from './http';

/** Options of `networkLogs()`. */
export interface NetworkLogsOptions {
  /** How many batches to fetch, the newest ones. Each of our own server's has up to 100 requests. @default 10 */
  limit?: number | undefined;
  /** Whether to fetch them. `false` only lists them, with their URLs: for an API whose format is another one. @default true */
  download?: boolean | undefined;
}

/** The requests of a session. */
export interface NetworkLogs extends NetworkLogList {
  /** Of the fetched batches, in their order: within a batch by the time when they were sent. */
  entries: HarEntry[];
}

/** Batches when the caller does not say: the last thousand requests of our own server. */
const DEFAULT_LIMIT = 10;
/** A download without a byte for so long has broken, in milliseconds: what the cloud's own client waits for files. */
const STALL_MS = 60_000;
/** How many redirects in a row a download follows. */
const MAX_REDIRECTS = 5;

/**
 * Lists the newest batches of a session's network log, and fetches the requests in them.
 * @throws {@link ApiError} when the API has none, or does not give a batch; {@link ContractError} when a batch is no HAR
 */
export async function fetchNetworkLogs(sessionId: string, http: HttpClient, { limit = DEFAULT_LIMIT, download: wantsEntries = true }: NetworkLogsOptions = {}): Promise<NetworkLogs> {
  const query = new URLSearchParams({ limit: String(limit), download: 'true' }).toString();
  const list = await http.call({ purpose: `get the network logs of session ${sessionId}`, method: 'GET', path: routes.networkLogs(sessionId), query }, networkLogsSchema);
  const entries: HarEntry[] = [];
  for (const batch of wantsEntries ? list.batches.slice(-limit) : []) entries.push(...(await fetchBatch(sessionId, http, batch)));
  return { ...list, entries };
}

async function fetchBatch(sessionId: string, http: HttpClient, { key, downloadUrl }: NetworkLogBatch): Promise<HarEntry[]> {
  const fail = (ErrorClass: typeof ApiError | typeof ContractError, problem: string, code: string): Error =>
    new ErrorClass(`Could not get the network logs of session ${sessionId}: ${problem}.`, { code, method: 'GET', path: `(batch ${key})` });
  if (downloadUrl === null || !URL.canParse(downloadUrl)) throw fail(ContractError, `the API names no download URL for batch ${key}`, 'contract_violation');
  const text = await download(new URL(downloadUrl), http, (problem) => fail(ApiError, `${problem} for batch ${key}. Its URL may have expired; call networkLogs() again`, 'request_failed'));
  const parsed = harSchema.safeParse(parseJson(text));
  if (!parsed.success) throw fail(ContractError, `batch ${key} is not a HAR file; look at it with download: false`, 'contract_violation');
  return parsed.data.log.entries;
}

/** The URL needs no key, and gets none: it may lead anywhere. */
async function download(first: URL, http: HttpClient, fail: (problem: string) => Error): Promise<string> {
  let url = first;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const { origin } = url;
    const answer = await http.dispatchers.request(url, { method: 'GET', headersTimeout: STALL_MS, bodyTimeout: STALL_MS }).catch(() => {
      throw fail(`${origin} did not answer`);
    });
    const text = await answer.body.text();
    const location = single(answer.headers['location']);
    if (answer.statusCode === 200) return text;
    if (answer.statusCode < 300 || answer.statusCode > 399 || location === undefined) throw fail(`${origin} answered ${answer.statusCode}`);
    url = new URL(location, url);
  }
  throw fail(`${first.origin} redirects without end`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
