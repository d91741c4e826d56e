/** Reads the events of an ended session from its files. Runs in a separate process, because pages decide how much there is to read. */
import { readJson } from '../../base/json';
import type { HarEntry } from '../../contract/network-logs';
import type { ViewedEvent } from '../../contract/viewer';
import { batchPath, listBatches } from '../network/batch-files';
import { readConsole } from '../network/console-log';
import { readTestSteps } from '../sessions/session-tests';
import { viewedTestStep } from './viewed-events';
import type { EventFiles } from './viewed-sessions';

/** Most failed requests; the newest are kept. A list and a timeline can show as many. */
const MAX_REQUESTS = 500;
/** Bytes of a network log that are searched, from its end: a second of work. */
const MAX_SEARCHED = 100_000_000;
/** The lowest status of a failure. */
const FIRST_FAILURE = 400;

/** The steps of tests, the console messages, and the failed requests, each in their own order. */
export async function readEvents({ testSteps, network }: EventFiles): Promise<ViewedEvent[]> {
  return [
    ...(await readTestSteps(testSteps)).map(viewedTestStep),
    ...(await readConsole(network)),
    ...(await failedRequests(network)),
  ];
}

async function failedRequests(folder: string): Promise<ViewedEvent[]> {
  const newestFirst: ViewedEvent[][] = [];
  let [found, searched] = [0, 0];
  for (const { key, sizeBytes } of (await listBatches(folder)).reverse()) {
    searched += sizeBytes;
    if (found >= MAX_REQUESTS || searched > MAX_SEARCHED) break;
    const har = (await readJson(batchPath(folder, key))) as
      { log: { entries: HarEntry[] } } | undefined;
    const failed = (har?.log.entries ?? []).flatMap(failedRequest);
    found += failed.length;
    newestFirst.push(failed);
  }
  return newestFirst.reverse().flat().slice(-MAX_REQUESTS);
}

function failedRequest({ startedDateTime, time, request, response }: HarEntry): ViewedEvent[] {
  const { status, statusText, _error: error } = response;
  const isFine = error === undefined || error === 'net::ERR_ABORTED'; // the page did not wait for the rest
  if (status < FIRST_FAILURE && isFine) return [];
  return [
    {
      kind: 'request',
      atMs: Date.parse(startedDateTime) + Math.max(0, time),
      level: 'error',
      title: `${request.method} ${request.url.replace(/[?#].*/s, '')}`,
      detail: status < FIRST_FAILURE ? (error ?? '') : `${status} ${statusText}`.trim(),
    },
  ];
}
