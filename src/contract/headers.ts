/** Request and response headers that mean something in this contract, in lower case. */
export const headers = {
  /** Who calls: `sessionwright`. */
  origin: 'x-notte-request-origin',
  /** Version of the caller. */
  version: 'x-notte-sdk-version',
  /** A start with a key that was already used returns the same session; a server that knows this sends the header back. */
  idempotencyKey: 'idempotency-key',
} as const;
