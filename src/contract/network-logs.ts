/** Network log of a session: the list of batches, and their HAR entries. */
import * as z from 'zod';

import { readQuery } from './checks';
import { looseBoolean, positiveInteger } from './values';
import { leftOut, wireObject } from './wire';

/** Format of a batch: HAR 1.2, as browsers export it. */
export const NETWORK_LOG_FORMAT = 'har';

/** A file with consecutive requests of a session, in the order in which they were sent. */
export interface NetworkLogBatch {
  /** Name and sort key. */
  key: string;
  /** Size of the file, in bytes. */
  sizeBytes: number;
  /** URL that works without a key until it expires; `null` unless downloads were requested. Keep it out of logs. */
  downloadUrl: string | null;
  /** Lifetime of `downloadUrl`, in seconds; `null` without one. */
  downloadUrlExpiresInSeconds: number | null;
}

/** Batches of a session's network log. */
export interface NetworkLogList {
  /** Id of the session. */
  sessionId: string;
  /** Total number of batches. */
  totalBatchCount: number;
  /** `har`; from the API. */
  format: string | null;
  /** The newest batches, oldest first. */
  batches: NetworkLogBatch[];
}

/** A header or another pair of name and value. */
export interface HarPair {
  name: string;
  value: string;
}

/**
 * A request and its answer in HAR 1.2. Sizes are in bytes and times in milliseconds; -1 means unknown. Bodies are omitted, and values of
 * secret headers are replaced. Names that begin with `_` are extensions.
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export interface HarEntry {
  /** When the request was sent, RFC 3339. */
  startedDateTime: string;
  /** Time until the last byte of the answer, in milliseconds. */
  time: number;
  /** The request. Values of secret headers are omitted. */
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
  /** The answer. Without one, `status` is 0 and `_error` is the reason. */
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
  /** Always empty: caches are not recorded. */
  cache: Record<string, never>;
  /** Time of each phase, in milliseconds; -1 if it does not apply. */
  timings: {
    blocked: number;
    dns: number;
    connect: number;
    ssl: number;
    send: number;
    wait: number;
    receive: number;
  };
  /** Address of the server, if known. */
  serverIPAddress?: string | undefined;
  /** `document`, `script`, `fetch`, `websocket` ... */
  _resourceType?: string | undefined;
  /** Shared by all requests of a page. */
  _pageId?: string | undefined;
}

/** Query of the call. `limit` is the number of newest batches; the default is all. */
export const networkLogsQuerySchema = z.object({
  limit: positiveInteger(Number.MAX_SAFE_INTEGER).optional(),
  download: looseBoolean.default(false),
});

/**
 * Parses the query of a call.
 * @throws {@link InvalidRequestError} (422) for an invalid value
 */
export function decodeNetworkLogsQuery(
  query: URLSearchParams,
): z.output<typeof networkLogsQuerySchema> {
  return readQuery(networkLogsQuerySchema, query);
}

/** Returns the query string of a call. */
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

/** Answer of the call. */
export const networkLogsSchema = wireObject<NetworkLogList>()({
  session_id: z.string(),
  total_batch_count: z.int(),
  format: leftOut(z.string()),
  batches: z.array(batchSchema),
});

/** A batch: a HAR file. Only the essential fields of its entries are checked. */
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
