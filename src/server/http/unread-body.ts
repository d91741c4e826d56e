/** The rest of a refused request's body: a client that still sends does not read the answer. */
import type { IncomingMessage } from 'node:http';
import { settledWithin } from '../../base/deadline';

/** How long it is read, in milliseconds: bad input is answered within a second. 50 MB arrive in a tenth of it on this machine. */
const DRAIN_MS = 700;

/**
 * Reads the rest and throws it away. True when all of it has arrived, and the connection can be used again.
 * @param maxBytes - with more, it reads no further
 */
export async function drain(request: IncomingMessage, maxBytes: number): Promise<boolean> {
  if (request.readableEnded || request.destroyed) return request.readableEnded;
  let bytes = 0;
  const ended = new Promise<void>((resolve) => {
    request.once('close', resolve).once('end', resolve);
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      request.pause();
      resolve();
    });
  });
  await settledWithin(ended, DRAIN_MS);
  return request.readableEnded;
}
