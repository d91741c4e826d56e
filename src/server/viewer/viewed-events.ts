/** What happened in a session that has ended, from what its folder keeps: its steps and those of its tests, what its pages said, and the requests that failed. */
import { readJson } from '../../base/json';
import type { HarEntry } from '../../contract/network-logs';
import type { ViewedEvent } from '../../contract/viewer';
import { batchPath, listBatches } from '../network/batch-files';
import { readConsole } from '../network/console-log';
import type { KnownSession } from '../sessions/known-session';
import { readTestSteps } from '../sessions/test-steps';
import { viewedStep, viewedTestStep } from './viewed-step';

/** Failed requests that are told of, the newest ones: what a list and a timeline can show. */
const MAX_REQUESTS = 500;
/** Statuses from here on are failures. */
const FIRST_FAILURE = 400;

/** Being read now: many who look at one session at once, as a link in a chat has it, read its files once. */
const reading = new WeakMap<KnownSession, Promise<ViewedEvent[]>>();

/** Oldest first; what has no time comes where it was told. */
export function viewedEvents(session: KnownSession): Promise<ViewedEvent[]> {
  const found = reading.get(session);
  if (found) return found;
  const events = readEvents(session).finally(() => reading.delete(session));
  reading.set(session, events);
  return events;
}

async function readEvents(session: KnownSession): Promise<ViewedEvent[]> {
  const { folder } = session;
  const steps = (await session.steps()).map((step) => viewedStep(step, null));
  const others = await Promise.all([
    readTestSteps(folder.testSteps).then((found) => found.map(viewedTestStep)),
    readConsole(folder.network),
    failedRequests(folder.network),
  ]);
  return inOrder(steps, others.flat());
}

/** Others between steps, by time. A step without one stays behind the step before it. */
export function inOrder(
  steps: readonly ViewedEvent[],
  others: readonly ViewedEvent[],
): ViewedEvent[] {
  let lastMs = -Infinity;
  const placed = [
    ...steps.map((event) => ({ event, atMs: (lastMs = event.atMs ?? lastMs) })),
    ...others.map((event) => ({ event, atMs: event.atMs ?? Infinity })),
  ];
  return placed
    .sort((one, other) => (one.atMs === other.atMs ? 0 : one.atMs - other.atMs))
    .map(({ event }) => event);
}

async function failedRequests(folder: string): Promise<ViewedEvent[]> {
  const failed: ViewedEvent[] = [];
  for (const { key } of await listBatches(folder)) {
    const har = (await readJson(batchPath(folder, key))) as
      { log: { entries: HarEntry[] } } | undefined;
    failed.push(...(har?.log.entries ?? []).flatMap(failedRequest));
    failed.splice(0, Math.max(0, failed.length - MAX_REQUESTS));
  }
  return failed;
}

function failedRequest({ startedDateTime, time, request, response }: HarEntry): ViewedEvent[] {
  const { status, statusText, _error: error } = response;
  const isLeft = error === undefined || error === 'net::ERR_ABORTED'; // the page did not wait for the rest, which is no failure
  if (status < FIRST_FAILURE && isLeft) return [];
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
