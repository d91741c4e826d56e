/** Who may come in: API keys, and the `Host` and `Origin` that a web page of somebody else cannot fake. */
import type { IncomingMessage } from 'node:http';
import { bracketed } from '../../base/addresses';
import { badRequest } from '../../contract/refusals';
import type { Account, Accounts } from '../accounts/account';
import type { PublicUrl } from './public-url';
import { WallPasses } from './wall-passes';

/** Names of this machine that a web page elsewhere cannot take over by rebinding its own name. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** Binding to these means every address of the machine, so its names cannot be known. */
const WILDCARDS = ['0.0.0.0', '::'];

/** Checks requests against the server's keys and names. */
export class Auth {
  readonly #accounts: Accounts;
  readonly #hostNames: readonly string[] | undefined;
  readonly #publicOrigin: string | undefined;
  readonly wall = new WallPasses();

  /**
   * @param hostname what the server is bound to
   * @param publicUrl what it is reached by, if that is something else
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
   * Refuses requests that a web page made through a name of its own (DNS rebinding), and upgrades from other sites.
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
   * Whose API key is in the `Authorization` header.
   * @throws {@link ApiError} 401
   */
  account(request: IncomingMessage): Account {
    const given = bearer(request);
    const account = this.#accounts.find(given);
    if (!account)
      throw badRequest(
        401,
        'unauthorized',
        `The API key is ${given === undefined ? 'missing' : 'wrong'}. Send it as "Authorization: Bearer <key>".`,
      );
    return account;
  }

  /**
   * Whose API key the user of a web browser has typed as a password (HTTP Basic; the name does not matter). Only for pages to look at:
   * a browser sends it again by itself, whoever had it open the URL.
   */
  signedIn({ headers }: IncomingMessage): Account | undefined {
    const given = /^Basic\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) return undefined;
    const text = Buffer.from(given, 'base64').toString('utf8');
    return this.#accounts.find(text.slice(text.indexOf(':') + 1));
  }

  /**
   * Who asks to see all sessions: whoever has a pass, in the URL or in place of the key, is shown what its giver is.
   * @throws {@link ApiError} 401
   */
  watcher(request: IncomingMessage, token: string | null): Account {
    return this.wall.accountOf(token ?? bearer(request)) ?? this.account(request);
  }

  /** Whose API key this is: some clients put it into the URL of a WebSocket. */
  accountOf(token: string | null): Account | undefined {
    return this.#accounts.find(token);
  }
}

function bearer({ headers }: IncomingMessage): string | undefined {
  return /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
}

/** The name without its port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
