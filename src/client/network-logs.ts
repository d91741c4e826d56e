/** Reads the requests of a session: lists the batches of its network log, and downloads them. */
import * as z from 'zod';

import { parseJson } from '../base/json';
import { checkOptions } from '../contract/checks';
import { ContractError } from '../contract/errors';
import {
  harSchema,
  type HarEntry,
  type NetworkLogBatch,
  type NetworkLogList,
} from '../contract/network-logs';
import { downloadText } from './download';
import type { HttpClient } from './http';

/** Options of `networkLogs()`. */
export interface NetworkLogsOptions {
  /** How many batches to download, newest first. A batch of our server has up to 100 requests. @default 10 */
  limit?: number | undefined;
  /** Whether to download the batches. `false` only lists their URLs, for an API with another format. @default true */
  download?: boolean | undefined;
  /** Only requests sent at this time or later, such as the start of a test. @default all */
  since?: Date | undefined;
}

const optionsSchema = z.strictObject({
  limit: z.int().min(1).optional(),
  download: z.boolean().optional(),
  since: z.date().optional(),
});

/** The requests of a session. */
export interface NetworkLogs extends NetworkLogList {
  /** Requests of the downloaded batches, in the order of the batches; within a batch by the time when they were sent. */
  entries: HarEntry[];
}

/** Default number of batches: the last thousand requests of our server. */
const DEFAULT_LIMIT = 10;

/**
 * Lists the newest batches of a session's network log, and downloads their requests.
 * @throws {@link ApiError} if the API has no log, or a download fails; {@link ContractError} if a batch is not HAR
 */
export async function fetchNetworkLogs(
  sessionId: string,
  http: HttpClient,
  options: NetworkLogsOptions = {},
): Promise<NetworkLogs> {
  checkOptions('Cannot get network logs with these options', optionsSchema, options);
  const { limit = DEFAULT_LIMIT, download = true, since } = options;
  const list = await http.call('getNetworkLogs', {
    purpose: `get the network logs of session ${sessionId}`,
    params: { sessionId },
    query: { limit, download: true },
  });
  const entries: HarEntry[] = [];
  for (const batch of download ? list.batches.slice(-limit) : [])
    entries.push(...(await fetchBatch(sessionId, http, batch)));
  const sinceMs = since?.getTime() ?? -Infinity;
  return {
    ...list,
    entries: entries.filter(({ startedDateTime }) => Date.parse(startedDateTime) >= sinceMs),
  };
}

async function fetchBatch(
  sessionId: string,
  http: HttpClient,
  { key, downloadUrl }: NetworkLogBatch,
): Promise<HarEntry[]> {
  const purpose = `get batch ${key} of the network logs of session ${sessionId}`;
  const text = await downloadText(http, {
    purpose,
    url: downloadUrl,
    what: 'URL',
    again: 'ask for the logs again',
  });
  const parsed = harSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new ContractError(
      `Could not ${purpose}: it is no HAR file; look at it with download: false.`,
      { code: 'contract_violation', method: 'GET', path: '(download)' },
    );
  return parsed.data.log.entries;
}
