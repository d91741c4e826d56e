/** The open connections of a server: whose each is, and how many each caller may have. Callers without a key keep out nobody who has one. */
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { keptText } from '../../base/foreign-text';
import { addressHex } from '../../base/addresses';
import { countText } from '../../base/texts';
import { unavailable } from '../../contract/refusals';
import type { Account } from '../accounts/account';

/** Connections for each session of a key: clients of the session, viewers, callers of the API. */
const PER_SESSION = 20;
/** Connections of a key that may have few sessions: callers of the API keep some of them open. */
const LEAST_OF_KEY = 200;
/** Connections by one link, such as the one to watch a session: pages of its viewer have one or two each. */
const MAX_OF_LINK = 100;
/** More connections by a link to a browser, for each session of the server: each may use this browser (`cdp_url`), and then it connects once for itself and once for the calls of the API. */
const PER_SHARED_SESSION = 2;
/** Connections without a key, all together. Each takes up to 50 KB: 16 KB of headers, 1 KB of a body, and the parser. */
const MAX_STRANGERS = 500;
/** How long a connection without a key may last, in milliseconds: the viewer's script (60 KB) arrives at 20 Kbit a second. */
const STRANGER_MS = 30_000;
/** Requests that may follow the first one on a connection without a key. They get no answer; with more, the connection is cut. */
const MAX_IGNORED = 10;
/** What a caller beyond its connections should wait before the next try, in milliseconds. */
const RETRY_MS = 5_000;
/** Hex digits of an IPv6 address that name a network: its owner has 64 bits of addresses (RFC 4291). */
const NETWORK_DIGITS = 16;

/** Who has shown a key, or a link that is a permission, such as a `viewer_url`. */
export type Caller = { account: Account } | { link: string; leadsToBrowser?: boolean };

interface Connection {
  /** Whose it is: the remote network, until a key is shown. */
  owner: string;
  isKnown: boolean;
  requests: number;
  /** Closes it in time, if no key is shown. */
  cut: NodeJS.Timeout;
}

/** Connections that a key with so many sessions may have. */
export function connectionsFor(sessions: number): number {
  return Math.max(LEAST_OF_KEY, PER_SESSION * sessions);
}

/**
 * Every open connection, upgraded ones included. Each begins as a stranger's. It becomes its caller's with the first valid key, token or
 * signed URL; then it may stay, and counts for this caller alone. A stranger's connection carries one request.
 */
export class Connections {
  readonly #maxSessions: number;
  /** The oldest first. */
  readonly #open = new Map<Duplex, Connection>();

  /** @param maxSessions of the whole server: keys without a limit of their own may have as many */
  constructor(maxSessions: number) {
    this.#maxSessions = maxSessions;
  }

  /** Takes a new connection. When there are too many without a key, the oldest one goes, of the network that has most of them. */
  add(socket: Socket): void {
    const cut = setTimeout(() => socket.destroy(), STRANGER_MS).unref();
    const connection = { owner: networkOf(socket), isKnown: false, requests: 0, cut };
    this.#open.set(socket, connection);
    socket.once('close', () => {
      clearTimeout(cut);
      this.#open.delete(socket);
    });
    this.#cutStrangers();
  }

  /**
   * The caller on this connection has shown who it is.
   * @throws {@link OverloadedError} when it has as many connections as it may have
   */
  admit(socket: Duplex, caller: Caller): void {
    const connection = this.#open.get(socket);
    if (!connection || connection.isKnown) return;
    const { owner, what, max } = this.#shareOf(caller);
    const known = [...this.#open.values()].filter((it) => it.isKnown && it.owner === owner);
    if (known.length >= max)
      throw unavailable(
        `There are ${countText(max, 'open connection')} with ${what}, as many as there may be. Close some of them, or try again later.`,
        RETRY_MS,
      );
    clearTimeout(connection.cut);
    connection.owner = owner;
    connection.isKnown = true;
  }

  /** Whether its caller has shown who it is. */
  isKnown(socket: Duplex): boolean {
    return this.#open.get(socket)?.isKnown ?? false;
  }

  /** Counts a request. False when it must be ignored: the connection ends with the answer to an earlier one. */
  takesRequest(socket: Duplex): boolean {
    const connection = this.#open.get(socket);
    if (!connection || connection.isKnown || ++connection.requests === 1) return true;
    if (connection.requests > MAX_IGNORED) socket.destroy();
    return false;
  }

  /** Ends them all. */
  close(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }

  /** Destroys the oldest connection of the network that has the most, if there are too many without a key. */
  #cutStrangers(): void {
    if (this.#open.size <= MAX_STRANGERS) return;
    const networks = new Map<string, Duplex[]>();
    let count = 0;
    for (const [socket, { isKnown, owner }] of this.#open) {
      if (isKnown || socket.destroyed) continue;
      const network = networks.get(owner);
      if (network) network.push(socket);
      else networks.set(owner, [socket]);
      count++;
    }
    if (count <= MAX_STRANGERS) return;
    const [largest] = [...networks.values()].sort((one, other) => other.length - one.length);
    largest?.[0]?.destroy();
  }

  #shareOf(caller: Caller): { owner: string; what: string; max: number } {
    if ('link' in caller) {
      const more = caller.leadsToBrowser ? PER_SHARED_SESSION * this.#maxSessions : 0;
      return { owner: `link ${caller.link}`, what: 'this link', max: MAX_OF_LINK + more };
    }
    const { name, maxSessions = this.#maxSessions } = caller.account;
    const what = name === undefined ? "the server's own key" : `the key "${name}"`;
    return { owner: `key ${name ?? ''}`, what, max: connectionsFor(maxSessions) };
  }
}

/** The address, or the network of an IPv6 address: one machine has many of those. */
function networkOf({ remoteAddress }: Socket): string {
  if (remoteAddress === undefined) return ''; // it has left already
  return keptText(addressHex(remoteAddress), NETWORK_DIGITS);
}
