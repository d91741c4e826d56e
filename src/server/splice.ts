/** Joins two sockets: what one receives, the other sends, byte for byte. Nothing is parsed, so nothing is slow. */
import type { Socket } from 'node:net';

/** Called with the number of bytes of each piece, on its way. */
export interface SpliceCounters {
  readonly onForward: (bytes: number) => void;
  readonly onBackward: (bytes: number) => void;
}

/** Joins both sockets until either closes; then the other is closed too. */
export function splice(client: Socket, browser: Socket, counters: SpliceCounters): void {
  client.setNoDelay(true);
  browser.setNoDelay(true);
  client.setTimeout(0);
  carry(client, browser, counters.onForward);
  carry(browser, client, counters.onBackward);
}

function carry(from: Socket, to: Socket, count: (bytes: number) => void): void {
  from.on('data', (chunk: Buffer) => {
    count(chunk.length);
    if (!to.write(chunk)) from.pause(); // the other side is slow: let the sender wait, do not collect
  });
  to.on('drain', () => from.resume());
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}
