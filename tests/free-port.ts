/** A port that nobody listens at, for servers that are told theirs. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Somebody else may take it before it is used: that is rare, for the next one is given out first. */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}
