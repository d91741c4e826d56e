/** The rest of a request's body that nobody wants: a client that still sends does not read the answer. */
import type { IncomingMessage } from 'node:http';

/** How long it is read, in milliseconds: bad input is answered within a second. 50 MB arrive in a tenth of it on this machine. */
const DRAIN_MS = 700;

/** Reads the rest and throws it away. True when all of it has arrived, and the connection can be used again. */
export async function drain(request: IncomingMessage): Promise<boolean> {
  if (request.readableEnded || request.destroyed) return request.readableEnded;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
    request.once('close', resolve).once('end', resolve).resume();
  });
  clearTimeout(timer);
  return request.readableEnded;
}
