/** What carries CDP messages: a pipe to a browser that we started, or a WebSocket to any browser. */

/** A two-way channel of whole CDP messages (JSON texts). The owner sets the two handlers right after it got the transport. */
export interface Transport {
  /** Sends one message. Silently drops it once the transport is closed: `onclose` has told so. */
  send(message: string): void;
  /** Closes the channel; `onclose` follows. Safe to call twice. */
  close(): void;
  /** Called with each message, in order. */
  onmessage?: ((message: string) => void) | undefined;
  /** Called once, when the channel is closed by either side; with the reason, if it broke. */
  onclose?: ((reason?: Error) => void) | undefined;
}
