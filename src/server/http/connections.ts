/** The open connections of a server, and how many each caller may have. Callers without a key never block callers with one. */
import type { ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { keptText } from '../../base/foreign-text';
import { addressHex } from '../../base/addresses';
import { countText } from '../../base/texts';
import { unavailable } from '../../contract/refusals';
import type { Account } from '../accounts/account';

/** For `createServer`: timeouts in milliseconds. */
export const SERVER_OPTIONS: ServerOptions = {
  requireHostHeader: false, // `Auth` refuses such a request, with an error body of the API
  /** Of an idle connection with a key. Longer than clients keep theirs, so that they never write into one that just closed. */
  keepAliveTimeout: 65_000,
  /** For the headers: a few hundred bytes. Also cuts a connection that sends nothing. */
  headersTimeout: 10_000,
  /** For a whole request: 100 MB at 3 megabits a second. A WebSocket is no request. */
  requestTimeout: 300_000,
  connectionsCheckingInterval: 1_000,
};

/** Most connections of a key for each session that it may have: clients of the session, and calls of the API. */
const PER_SESSION = 20;
/** Most connections of a key with few sessions: clients of the API keep some of them open. */
const LEAST_OF_KEY = 200;
/** Most connections by one link, such as a `viewer_url`: a page of the viewer has one or two. */
const MAX_OF_LINK = 100;
/** More connections by a link to a browser, for each session of the server. A session that uses this browser (`cdp_url`) has one. */
const PER_SHARED_SESSION = 1;
/** Most connections without a key. Each takes up to 50 KB: 16 KB of headers, 1 KB of a body, and the parser. */
const MAX_UNKNOWN = 500;
/** How long a connection without a key may last, in milliseconds: the viewer's script (60 KB) arrives at 20 kilobits a second. */
const UNKNOWN_MS = 30_000;
/** Most requests after the first one on a connection without a key. They get no answer. With more, the connection is cut. */
const MAX_IGNORED = 10;
/** When a caller with too many connections should retry, in milliseconds. */
const RETRY_MS = 5_000;
/** Hex digits of an IPv6 address that name the network: its owner has 64 bits of addresses (RFC 4291). */
const NETWORK_DIGITS = 16;

/** A caller with a key, or with a link that is a permission, such as a `viewer_url`. */
export type Caller = { account: Account } | { link: string; leadsToBrowser?: boolean };

interface Connection {
  /** The remote network, until the caller is known. */
  owner: string;
  isKnown: boolean;
  requests: number;
  /** Closes it, unless the caller is known by then. */
  cut: NodeJS.Timeout;
}

/**
 * Every open connection, including WebSockets. Its caller is unknown until the first valid key, token or signed URL. From then on it
 * may stay, and counts for this caller. Without one it carries a single request, and is cut after 30 seconds.
 */
export class Connections {
  readonly #maxSessions: number;
  /** Oldest first. */
  readonly #open = new Map<Duplex, Connection>();

  /** @param maxSessions - of the whole server, and of each key without its own limit */
  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  /** Adds a new connection. */
  add(socket: Socket): void {
    const cut = setTimeout(() => socket.destroy(), UNKNOWN_MS).unref();
    const connection = { owner: networkOf(socket), isKnown: false, requests: 0, cut };
    this.#open.set(socket, connection);
    socket.once('close', () => {
      clearTimeout(cut);
      this.#open.delete(socket);
    });
    this.#cutUnknown();
  }

  /**
   * Counts the connection for its caller, who is known now.
   * @throws {@link OverloadedError} if the caller has too many connections
   */
  admit(socket: Duplex, caller: Caller): void {
    const connection = this.#open.get(socket);
    if (!connection || connection.isKnown) return;
    const { owner, what, max } = this.#shareOf(caller);
    const known = [...this.#open.values()].filter((it) => it.isKnown && it.owner === owner);
    if (known.length >= max)
      throw unavailable(
        `There are ${countText(max, 'open connection')} with ${what}, which is the limit. Close some of them, or try again later.`,
        RETRY_MS,
      );
    clearTimeout(connection.cut);
    connection.owner = owner;
    connection.isKnown = true;
  }

  /** Whether the caller is known. */
  isKnown(socket: Duplex): boolean {
    return this.#open.get(socket)?.isKnown ?? false;
  }

  /** Counts a request. False if it must be ignored, because the connection ends with the answer to an earlier one. */
  takesRequest(socket: Duplex): boolean {
    const connection = this.#open.get(socket);
    if (!connection || connection.isKnown || ++connection.requests === 1) return true;
    if (connection.requests > MAX_IGNORED) socket.destroy();
    return false;
  }

  /** Closes all connections. */
  close(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  /** With too many unknown callers, cuts the oldest connection of the network that has the most. */
  #cutUnknown(): void {
    if (this.#open.size <= MAX_UNKNOWN) return;
    const unknown = [...this.#open].filter(([socket, it]) => !it.isKnown && !socket.destroyed);
    if (unknown.length <= MAX_UNKNOWN) return;
    const counts = new Map<string, number>();
    for (const [, { owner }] of unknown) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    const [largest] = [...counts].sort(([, one], [, other]) => other - one);
    unknown.find(([, { owner }]) => owner === largest?.[0])?.[0].destroy();
  }

  #shareOf(caller: Caller): { owner: string; what: string; max: number } {
    if ('link' in caller) {
      const more = caller.leadsToBrowser ? PER_SHARED_SESSION * this.#maxSessions : 0;
      return { owner: `link ${caller.link}`, what: 'this link', max: MAX_OF_LINK + more };
    }
    const { name, maxSessions = this.#maxSessions } = caller.account;
    const what = name === undefined ? "the server's own key" : `the key "${name}"`;
    return {
      owner: `key ${name ?? ''}`,
      what,
      max: Math.max(LEAST_OF_KEY, PER_SESSION * maxSessions),
    };
  }
}

/** The address, or the network of an IPv6 address: one machine has many of those. */
function networkOf({ remoteAddress }: Socket): string {
  if (remoteAddress === undefined) return ''; // it has closed
  return keptText(addressHex(remoteAddress), NETWORK_DIGITS);
}
