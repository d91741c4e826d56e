/** The rest of a request's body that nobody wants: a client that still sends does not read the answer. */
import type { IncomingMessage } from 'node:http';
import { settledWithin } from '../../base/deadline';

/** How long it is read, in milliseconds: bad input is answered within a second. 50 MB arrive in a tenth of it on this machine. */
const DRAIN_MS = 700;

/** Reads the rest and throws it away. True when all of it has arrived, and the connection can be used again. */
export async function drain(request: IncomingMessage): Promise<boolean> {
  if (request.readableEnded || request.destroyed) return request.readableEnded;
  const ended = new Promise<void>((resolve) => {
    request.once('close', resolve).once('end', resolve).resume();
  });
  await settledWithin(ended, DRAIN_MS);
  return request.readableEnded;
}
