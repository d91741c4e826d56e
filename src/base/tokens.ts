/** Creates and compares random tokens. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Length of a token, in bytes: 192 bits cannot be guessed. */
const TOKEN_BYTES = 24;

/** Returns a new random token that is safe in URLs. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** Returns a new idempotency key: 64 hex digits, as in the cloud's command line client. */
export function newIdempotencyKey(): string {
  return randomBytes(32).toString('hex');
}

/** Compares a token with the expected one in constant time. */
export function isToken(given: string | null | undefined, right: string): boolean {
  return given !== null && given !== undefined && timingSafeEqual(digest(given), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
