/** How much of the network a request took: its own bytes and those of its answer. Pure. */
import type { SeenRequest } from './har-entry';

/** Bytes that pages have sent and received. */
export interface Traffic {
  sentBytes: number;
  receivedBytes: number;
}

/**
 * The bytes of a request that has ended. What came from the cache, or reached nobody, took none. Browsers tell what they received;
 * what they sent is counted from its headers, as HTTP/1.1 writes them. Frames of WebSockets are not counted.
 */
export function trafficOf(seen: SeenRequest): Traffic {
  const receivedBytes = Math.max(0, seen.encodedBytes ?? seen.receivedBytes);
  const isSent = seen.wire.requestHeaders !== undefined || receivedBytes > 0;
  return { sentBytes: isSent ? sizeOfRequest(seen) : 0, receivedBytes };
}

function sizeOfRequest({ method, url, requestHeaders, wire }: SeenRequest): number {
  const headers = Object.entries(wire.requestHeaders ?? requestHeaders);
  const { pathname, search } = URL.canParse(url) ? new URL(url) : { pathname: url, search: '' }; // it may have been cut
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ];
  const length = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return Buffer.byteLength(lines.join('\r\n')) + (Number(length) || 0);
}
