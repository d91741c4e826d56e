/** Signed URLs, which work for a while without a key. */
import { createHmac, randomBytes } from 'node:crypto';
import { isToken } from '../../base/tokens';
import { badRequest } from '../../contract/refusals';

/** How long a signed URL works, in milliseconds: one hour, enough to fetch what it leads to; asking again gives a new one. */
export const URL_MS = 60 * 60 * 1000;

/** Signs paths, so that a URL can be handed out which works until it expires, and for nothing else. */
export class UrlSigner {
  readonly #key: Buffer;

  /** @param key - URLs work as long as the server keeps the same one. Default: a random one */
  constructor(key: Buffer = randomBytes(32)) {
    this.#key = key;
  }

  /** The query that makes the path work until then. */
  sign(path: string, expiresAt: Date): string {
    const expires = String(expiresAt.getTime());
    return new URLSearchParams({ expires, signature: this.#signature(path, expires) }).toString();
  }

  /** True when the query was made by {@link UrlSigner.sign} for this path and has not expired. */
  isValid(path: string, query: URLSearchParams): boolean {
    const expires = query.get('expires') ?? '';
    return (
      isToken(query.get('signature'), this.#signature(path, expires)) &&
      Number(expires) > Date.now()
    );
  }

  /**
   * Lets only a valid query pass.
   * @param what completes "This ... URL" and "Ask for the ... again"
   * @throws {@link ApiError} 401
   */
  check(path: string, query: URLSearchParams, what: string): void {
    if (!this.isValid(path, query))
      throw badRequest(
        401,
        'unauthorized',
        `This ${what} URL is wrong or has expired. Ask for the ${what} again.`,
      );
  }

  #signature(path: string, expires: string): string {
    return createHmac('sha256', this.#key).update(`${path}\n${expires}`).digest('base64url');
  }
}
