/** Signed URLs, which fetch a file for a while without a key. */
import { createHmac, randomBytes } from 'node:crypto';
import { isToken } from '../../base/tokens';
import { fillPath } from '../../contract/paths';
import { badRequest } from '../../contract/refusals';
import type { Exchange, Route } from './http-router';
import { sendFile, type SentFile } from './send-file';

/** How long a signed URL works, in milliseconds: one hour. Callers can request a new one at any time. */
export const URL_MS = 60 * 60 * 1000;

/** Signs paths. A signed path works until it expires, and for nothing else. */
export class UrlSigner {
  readonly #key: Buffer;

  /** @param key - URLs work while the server has the same key. Default: a random key */
  constructor(key: Buffer = randomBytes(32)) {
    this.#key = key;
  }

  /** The path with a query that is valid until `expiresAt`. The query names the owner of the file, if there is one. */
  sign(
    path: string,
    { owner, expiresAt = new Date(Date.now() + URL_MS) }: SignOptions = {},
  ): string {
    const expires = String(expiresAt.getTime());
    const query = new URLSearchParams({
      ...(owner !== undefined && { owner }),
      expires,
      signature: this.#signature(path, expires, owner),
    });
    return `${path}?${query.toString()}`;
  }

  /** Whether {@link UrlSigner.sign} made the query for this path, and it has not expired. */
  isValid(path: string, query: URLSearchParams): boolean {
    const expires = query.get('expires') ?? '';
    const signature = this.#signature(path, expires, query.get('owner') ?? undefined);
    return isToken(query.get('signature'), signature) && Number(expires) > Date.now();
  }

  #signature(...content: (string | undefined)[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(content)).digest('base64url');
  }
}

/** How a path is signed. */
export interface SignOptions {
  /** The account of the file, if the path does not name it. @default the operator */
  owner?: string | undefined;
  /** @default in an hour */
  expiresAt?: Date | undefined;
}

/**
 * The route of a file with a signed URL.
 * @param file.address - the path, with parameters
 * @param file.what - what error messages call the file
 * @param file.find - finds the file. Called only if the signature is valid
 */
export function signedRoute(
  signer: UrlSigner,
  file: { address: string; what: string; find: (exchange: Exchange) => Promise<SentFile> },
): Route {
  const { address, what, find } = file;
  return {
    method: 'GET',
    path: address,
    open: true,
    handle: async (exchange) => {
      const path = fillPath(address, exchange.params as never);
      if (!signer.isValid(path, exchange.query))
        throw badRequest(
          401,
          'unauthorized',
          `This ${what} URL is wrong or has expired. Request a new one.`,
        );
      exchange.admit({ link: exchange.params['sessionId'] ?? path });
      await sendFile(exchange, await find(exchange));
    },
  };
}
