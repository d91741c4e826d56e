/** Random words that open a door, and their comparison. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Length of a random token, in bytes: 192 bits, beyond guessing. */
const TOKEN_BYTES = 24;

/** A new random token that is safe in URLs. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** A new key for a start: 64 hex digits, as the cloud's command line client makes them. */
export function newIdempotencyKey(): string {
  return randomBytes(32).toString('hex');
}

/** Compares a given token with the right one in constant time, whatever its length. */
export function isToken(given: string | null | undefined, right: string): boolean {
  return given !== null && given !== undefined && timingSafeEqual(digest(given), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
