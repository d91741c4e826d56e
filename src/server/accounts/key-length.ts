/** What a key must be like on a server that others can reach. */
import { isLoopback } from '../../base/addresses';
import { OptionsError } from '../../contract/errors';

/** Least length of such a key, in characters: 16 hex digits are 64 bits, beyond guessing over a network. */
export const MIN_KEY_LENGTH = 16;

/**
 * Refuses a key that somebody could guess.
 * @throws {@link OptionsError} when the server listens beyond loopback and the key is shorter than {@link MIN_KEY_LENGTH}
 */
export function checkKeyLength(apiKey: string, hostname: string): void {
  if (isLoopback(hostname) || apiKey.length >= MIN_KEY_LENGTH) return;
  throw new OptionsError(
    `The key is too short for a server on ${hostname}, which others can reach: it has ${apiKey.length} characters and needs at least ${MIN_KEY_LENGTH}. Without one, a random key is made.`,
    { path: 'apiKey' },
  );
}
