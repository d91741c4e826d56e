/** Network traffic of a request and its answer. Pure. */
import type { SeenRequest } from './har-entry';

/** Sent and received bytes. */
export interface Traffic {
  sentBytes: number;
  receivedBytes: number;
}

/**
 * Returns the traffic of a finished request. Cached and failed requests have none. Browsers report received bytes; sent bytes are
 * computed from the headers in HTTP/1.1. WebSocket frames are not counted.
 */
export function trafficOf(seen: SeenRequest): Traffic {
  const receivedBytes = Math.max(0, seen.encodedBytes ?? seen.receivedBytes);
  const isSent = seen.wire.requestHeaders !== undefined || receivedBytes > 0;
  return { sentBytes: isSent ? sizeOfRequest(seen) : 0, receivedBytes };
}

function sizeOfRequest({ method, url, requestHeaders, wire }: SeenRequest): number {
  const headers = Object.entries(wire.requestHeaders ?? requestHeaders);
  const { pathname, search } = URL.canParse(url) ? new URL(url) : { pathname: url, search: '' }; // it may be truncated
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ];
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return Buffer.byteLength(lines.join('\r\n')) + (Number(length) || 0);
}
