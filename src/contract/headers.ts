/** Request and response headers of this contract, in lower case. */
export const headers = {
  /** Name of the client: `sessionwright`. */
  origin: 'x-notte-request-origin',
  /** Version of the client. */
  version: 'x-notte-sdk-version',
  /** A start with a used key returns the same session. Servers that support it echo the header. */
  idempotencyKey: 'idempotency-key',
} as const;
