/** What a server takes of connections: how many, and for how long they may say nothing. */
import type { Server } from 'node:http';

/** How long an idle HTTP connection is kept, in milliseconds: longer than clients keep theirs, so that they never write into one that just closed. */
const KEEP_ALIVE_MS = 65_000;
/** How long a client may take to say what it wants, in milliseconds: it is a few hundred bytes. One that says nothing is cut off too. */
const HEADERS_TIMEOUT_MS = 60_000;
/** How long the whole of a request may take to come in, in milliseconds: 100 MB at 3 Mbit a second. WebSockets are none any more. */
const REQUEST_TIMEOUT_MS = 300_000;
/** Connections at once, for each session that there may be: its clients, who watches it, who asks of it. */
const CONNECTIONS_OF_SESSION = 20;
/** Connections at once that a small server takes too: callers of the API keep some of them open. */
const MIN_CONNECTIONS = 200;
/** As much of them is for viewers, at most: who looks shall never keep a test out. */
const VIEWERS_SHARE = 0.5;

/** Connections at once: all of them, and those that may watch. */
export function connectionsOf(maxSessions: number): { all: number; ofViewers: number } {
  const all = Math.max(MIN_CONNECTIONS, CONNECTIONS_OF_SESSION * maxSessions);
  return { all, ofViewers: all * VIEWERS_SHARE };
}

/** Holds a server to them. */
export function setLimits(http: Server, connections: number): void {
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  http.headersTimeout = HEADERS_TIMEOUT_MS;
  http.requestTimeout = REQUEST_TIMEOUT_MS;
  http.maxConnections = connections;
}
