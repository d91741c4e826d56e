/** The log of a session's requests: the call that lists its batches, and the HAR entries in them. */
import * as z from 'zod';

import { readQuery } from './checks';
import { looseBoolean, positiveInteger } from './values';
import { leftOut, wireObject } from './wire';

/** What batches hold: HAR 1.2, as browsers export it. */
export const NETWORK_LOG_FORMAT = 'har';

/** A file with the requests of a session that ended next, in the order in which they were sent. */
export interface NetworkLogBatch {
  /** Its name, by which batches are sorted. */
  key: string;
  /** Size of the file, in bytes. */
  sizeBytes: number;
  /** Works without a key until it expires; `null` unless downloads were asked for. Keep it out of logs. */
  downloadUrl: string | null;
  /** How long `downloadUrl` works, in seconds; `null` when there is none. */
  downloadUrlExpiresInSeconds: number | null;
}

/** The batches of a session's network log. */
export interface NetworkLogList {
  /** Id of the session. */
  sessionId: string;
  /** How many batches there are, listed or not. */
  totalBatchCount: number;
  /** `har`; what the API said. */
  format: string | null;
  /** The newest ones, oldest first. */
  batches: NetworkLogBatch[];
}

/** A header, or another pair of names and values. */
export interface HarPair {
  name: string;
  value: string;
}

/**
 * One request and its answer, as HAR 1.2 has it. Sizes are in bytes and times in milliseconds, -1 where they are not known; bodies are
 * left out, and values of headers that hold secrets are replaced. Names that begin with `_` are not of the standard.
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export interface HarEntry {
  /** When the request was sent, RFC 3339. */
  startedDateTime: string;
  /** How long it took until the last byte of the answer, in milliseconds. */
  time: number;
  /** What was sent. Values of secret headers are left out. */
  request: {
    method: string;
    url: string;
    httpVersion: string;
    headers: HarPair[];
    queryString: HarPair[];
    cookies: HarPair[];
    headersSize: number;
    bodySize: number;
  };
  /** `status` 0 when there was no answer; `_error` tells why. */
  response: {
    status: number;
    statusText: string;
    httpVersion: string;
    headers: HarPair[];
    cookies: HarPair[];
    content: { size: number; mimeType: string };
    redirectURL: string;
    headersSize: number;
    bodySize: number;
    _error?: string | undefined;
  };
  /** Always empty: nothing is told of caches. */
  cache: Record<string, never>;
  /** Where the time went, in milliseconds; -1 for a part that does not apply. */
  timings: {
    blocked: number;
    dns: number;
    connect: number;
    ssl: number;
    send: number;
    wait: number;
    receive: number;
  };
  /** Address that answered, if it is known. */
  serverIPAddress?: string | undefined;
  /** `document`, `script`, `fetch`, `websocket` ... */
  _resourceType?: string | undefined;
  /** The same for all requests of one page. */
  _pageId?: string | undefined;
}

/** The query of the call. `limit` is the number of newest batches, all by default. */
export const networkLogsQuerySchema = z.object({
  limit: positiveInteger(Number.MAX_SAFE_INTEGER).optional(),
  download: looseBoolean.default(false),
});

/**
 * What a call asks for.
 * @throws {@link InvalidRequestError} (422) for a wrong value
 */
export function decodeNetworkLogsQuery(
  query: URLSearchParams,
): z.output<typeof networkLogsQuerySchema> {
  return readQuery(networkLogsQuerySchema, query);
}

/** The query string of a call. */
export function encodeNetworkLogsQuery(query: { limit: number; download: boolean }): string {
  return new URLSearchParams({
    limit: String(query.limit),
    download: String(query.download),
  }).toString();
}

const batchSchema = wireObject<NetworkLogBatch>()(
  {
    key: z.string(),
    size: z.int(),
    download_url: leftOut(z.string()),
    download_url_expires_in_seconds: leftOut(z.number()),
  },
  { sizeBytes: 'size' },
);

/** The answer. */
export const networkLogsSchema = wireObject<NetworkLogList>()({
  session_id: z.string(),
  total_batch_count: z.int(),
  format: leftOut(z.string()),
  batches: z.array(batchSchema),
});

/** A batch: a HAR file. Of its entries no more is checked than everybody relies on. */
export const harSchema = z.object({
  log: z.object({
    entries: z.array(
      z
        .looseObject({
          startedDateTime: z.string(),
          request: z.looseObject({ method: z.string(), url: z.string() }),
          response: z.looseObject({ status: z.number() }),
        })
        .transform((entry) => entry as unknown as HarEntry),
    ),
  }),
});
