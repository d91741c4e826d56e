/** Converts the browser's events about a request to a HAR entry without secrets. Pure. */
import {
  headerWithoutSecrets,
  isSecretName,
  REDACTED,
  withoutUrlSecrets,
} from '../../base/redaction';
import type { NetworkResponse, ResourceTiming } from '../../cdp/protocol';
import type { HarEntry, HarPair } from '../../contract/network-logs';

/** A running request, completed by later events. Times are in seconds: `startedAt` since the epoch, the others by the browser's clock. */
export interface SeenRequest {
  url: string;
  method: string;
  resourceType: string;
  pageId: string;
  startedAt: number;
  sentAt: number;
  endedAt?: number | undefined;
  requestHeaders: Record<string, string>;
  response?: NetworkResponse | undefined;
  /** Headers on the wire, and the status without the cache. */
  wire: {
    requestHeaders?: Record<string, string> | undefined;
    responseHeaders?: Record<string, string> | undefined;
    status?: number | undefined;
  };
  receivedBytes: number;
  encodedBytes?: number | undefined;
  error?: string | undefined;
}

/** Returns the HAR entry of a finished request. */
export function toHarEntry(seen: SeenRequest): HarEntry {
  const url = withoutUrlSecrets(seen.url);
  const timings = toTimings(seen);
  return {
    startedDateTime: new Date(seen.startedAt * 1000).toISOString(),
    time: Object.entries(timings).reduce(
      (sum, [name, ms]) => sum + (name === 'ssl' || ms < 0 ? 0 : ms),
      0,
    ), // `connect` includes `ssl`
    request: {
      method: seen.method,
      url,
      httpVersion: httpVersion(seen.response?.protocol),
      headers: headerPairs(seen.wire.requestHeaders ?? seen.requestHeaders),
      queryString: URL.canParse(url)
        ? [...new URL(url).searchParams].map(([name, value]) => ({
            name,
            value: isSecretName(name) ? REDACTED : withoutUrlSecrets(value),
          }))
        : [],
      cookies: [],
      headersSize: -1,
      bodySize: -1,
    },
    response: toResponse(seen),
    cache: {},
    timings,
    ...(seen.response?.remoteIPAddress !== undefined && {
      serverIPAddress: seen.response.remoteIPAddress,
    }),
    _resourceType: seen.resourceType.toLowerCase(),
    _pageId: seen.pageId,
  };
}

/** Placeholder for a missing answer. */
const NO_ANSWER: NetworkResponse = {
  url: '',
  status: 0,
  statusText: '',
  headers: {},
  mimeType: 'x-unknown',
  encodedDataLength: 0,
};

function toResponse({
  response = NO_ANSWER,
  wire,
  receivedBytes,
  encodedBytes = -1,
  error,
}: SeenRequest): HarEntry['response'] {
  const headers = wire.responseHeaders ?? response.headers;
  const location =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
  return {
    status: wire.status ?? response.status,
    statusText: response.statusText,
    httpVersion: httpVersion(response.protocol),
    headers: headerPairs(headers),
    cookies: [],
    content: { size: receivedBytes, mimeType: response.mimeType },
    redirectURL: withoutUrlSecrets(location),
    headersSize: -1,
    bodySize: encodedBytes,
    ...(error !== undefined && { _error: error }),
  };
}

/** @see http://www.softwareishard.com/blog/har-12-spec/#timings */
function toTimings({ sentAt, endedAt, response }: SeenRequest): HarEntry['timings'] {
  const timing = response?.timing;
  const endMs = (endedAt ?? sentAt) * 1000;
  if (!timing)
    return {
      blocked: -1,
      dns: -1,
      connect: -1,
      ssl: -1,
      send: 0,
      wait: rounded(endMs - sentAt * 1000),
      receive: 0,
    };
  const queuedMs = (timing.requestTime - sentAt) * 1000;
  return {
    blocked: rounded(queuedMs + firstStep(timing)),
    dns: span(timing.dnsStart, timing.dnsEnd),
    connect: span(timing.connectStart, timing.connectEnd),
    ssl: span(timing.sslStart, timing.sslEnd),
    send: rounded(timing.sendEnd - timing.sendStart),
    wait: rounded(timing.receiveHeadersEnd - timing.sendEnd),
    receive: rounded(endMs - timing.requestTime * 1000 - timing.receiveHeadersEnd),
  };
}

function firstStep({ dnsStart, connectStart, sendStart }: ResourceTiming): number {
  return [dnsStart, connectStart, sendStart].find((ms) => ms >= 0) ?? 0;
}

function span(start: number, end: number): number {
  return start < 0 || end < 0 ? -1 : rounded(end - start);
}

/** Rounds to a microsecond, and never returns a negative number. */
function rounded(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000);
}

/** The browser joins headers with the same name by line feeds. */
function headerPairs(headers: Record<string, string>): HarPair[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    values.split('\n').map((value) => ({ name, value: headerWithoutSecrets(name, value) })),
  );
}

function httpVersion(protocol = ''): string {
  return { h2: 'HTTP/2.0', h3: 'HTTP/3.0', '': 'unknown' }[protocol] ?? protocol.toUpperCase();
}
