/** A CDP transport that the test holds in its hands: it sees what is sent, and says what the browser says. */
import type { Transport } from '../../../src/cdp/transport';

export class HandTransport implements Transport {
  onmessage?: ((message: string) => void) | undefined;
  onclose?: ((reason?: Error) => void) | undefined;
  readonly sent: { id: number; method: string; params?: unknown; sessionId?: string }[] = [];

  send(message: string): void {
    this.sent.push(JSON.parse(message) as (typeof this.sent)[number]);
  }

  close(): void {
    this.onclose?.();
  }

  receive(message: object): void {
    this.onmessage?.(JSON.stringify(message));
  }
}
