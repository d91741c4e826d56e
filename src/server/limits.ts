/** Timeouts of the server's connections. */
import type { Server, ServerOptions } from 'node:http';

/** How long an idle HTTP connection with a key is kept, in milliseconds: longer than clients keep theirs, so that they never write into one that just closed. */
const KEEP_ALIVE_MS = 65_000;
/** How long a client may take to send its headers, in milliseconds: a few hundred bytes. A connection that sends nothing at all is cut too. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often Node looks for connections that are late, in milliseconds. */
const CHECK_MS = 1_000;
/** How long a whole request may take to arrive, in milliseconds: 100 MB at 3 Mbit a second. A WebSocket is no request. */
const REQUEST_TIMEOUT_MS = 300_000;

/** For `createServer`. */
export const SERVER_OPTIONS: ServerOptions = {
  requireHostHeader: false, // we refuse such a request ourselves, in the shape of the API
  connectionsCheckingInterval: CHECK_MS,
};

/** Sets the timeouts of a server. */
export function setLimits(http: Server): void {
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  http.headersTimeout = HEADERS_TIMEOUT_MS;
  http.requestTimeout = REQUEST_TIMEOUT_MS;
}
