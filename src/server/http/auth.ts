/** Who may come in: the API key, and the `Host` and `Origin` that a web page of somebody else cannot fake. */
import type { IncomingMessage } from 'node:http';
import { bracketed } from '../../base/addresses';
import { isToken } from '../../base/tokens';
import { badRequest } from '../../contract/refusals';
import type { PublicUrl } from './public-url';

/** Names of this machine that a web page elsewhere cannot take over by rebinding its own name. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
/** Binding to these means every address of the machine, so its names cannot be known. */
const WILDCARDS = ['0.0.0.0', '::'];

/** Checks requests against the server's key and names. */
export class Auth {
  readonly #apiKey: string;
  readonly #hostNames: readonly string[] | undefined;
  readonly #publicOrigin: string | undefined;

  /**
   * @param hostname what the server is bound to
   * @param publicUrl what it is reached by, if that is something else
   */
  constructor(apiKey: string, hostname: string, publicUrl?: PublicUrl) {
    this.#apiKey = apiKey;
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
   * Asks for the API key in the `Authorization` header.
   * @throws {@link ApiError} 401
   */
  checkKey({ headers }: IncomingMessage): void {
    const given = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (!isToken(given?.trim(), this.#apiKey))
      throw badRequest(
        401,
        'unauthorized',
        `The API key is ${given === undefined ? 'missing' : 'wrong'}. Send it as "Authorization: Bearer <key>".`,
      );
  }

  /** True for the API key itself, which some clients put into the URL of a WebSocket. */
  isKey(token: string | null): boolean {
    return isToken(token, this.#apiKey);
  }
}

/** The name without its port. */
function hostName(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
