/** Checks API keys, and the `Host` and `Origin` headers, which a web page of another site cannot fake. */
import type { IncomingMessage } from 'node:http';
import { bracketed } from '../../base/addresses';
import { badRequest } from '../../contract/refusals';
import type { Account, Accounts } from '../accounts/account';
import type { PublicUrl } from './public-url';
import { WallPasses } from './wall-passes';

/** Names of this machine that no other site can use for DNS rebinding. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** All addresses of the machine, whose names are unknown. */
const WILDCARDS = ['0.0.0.0', '::'];

/** Checks requests against the server's keys and names. */
export class Auth {
  readonly #accounts: Accounts;
  readonly #hostNames: readonly string[] | undefined;
  readonly #publicOrigin: string | undefined;
  readonly wall = new WallPasses();

  /**
   * @param hostname - the address that the server listens on
   * @param publicUrl - the URL by which others reach it, if that differs
   */
  constructor(accounts: Accounts, hostname: string, publicUrl?: PublicUrl) {
    this.#accounts = accounts;
    this.#publicOrigin = publicUrl?.origin;
    const names = [
      ...LOOPBACK_NAMES,
      bracketed(hostname),
      ...(publicUrl ? [publicUrl.hostname] : []),
    ];
    this.#hostNames = WILDCARDS.includes(hostname)
      ? undefined
      : [...new Set(names.map((name) => name.toLowerCase()))];
  }

  /**
   * Refuses requests through a name of another site (DNS rebinding), and from other origins.
   * @throws {@link ApiError} 403
   */
  checkSite({ headers }: IncomingMessage): void {
    const { host, origin } = headers;
    if (this.#hostNames && (host === undefined || !this.#hostNames.includes(hostName(host)))) {
      throw badRequest(
        403,
        'forbidden',
        `The Host "${host ?? ''}" is not a name of this server. Use one of: ${this.#hostNames.join(', ')}.`,
      );
    }
    if (origin !== undefined && originHost(origin) !== host && origin !== this.#publicOrigin)
      throw badRequest(403, 'forbidden', `Requests from the origin ${origin} are not accepted.`);
  }

  /**
   * The account of the API key in the `Authorization` header.
   * @throws {@link ApiError} 401
   */
  account(request: IncomingMessage): Account {
    const given = bearer(request);
    const account = this.#accounts.find(given);
    if (!account)
      throw badRequest(
        401,
        'unauthorized',
        given === undefined
          ? 'The API key is missing. Send it as "Authorization: Bearer <key>".'
          : 'The API key is wrong.',
      );
    return account;
  }

  /**
   * The account whose sessions a caller may watch, by a pass (in the URL or the header) or a key.
   * @throws {@link ApiError} 401
   */
  watcher(request: IncomingMessage, token: string | null): Account {
    return this.wall.accountOf(token ?? bearer(request)) ?? this.account(request);
  }

  /** The account of an API key in the URL of a WebSocket. */
  accountOf(token: string | null): Account | undefined {
    return this.#accounts.find(token);
  }
}

function bearer({ headers }: IncomingMessage): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
