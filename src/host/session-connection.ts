/** A CDP connection of the host to the browser of a session. */
import { CdpConnection } from '../cdp/connection';
import { WebSocketTransport } from '../cdp/web-socket-transport';
import { reach } from '../client/reach';

/** How long the connection may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 30_000;

/** @throws {@link CdpError} if the browser does not answer */
export async function connectTo(cdpUrl: string): Promise<CdpConnection> {
  const timeoutMs = CONNECT_TIMEOUT_MS;
  const url = await reach(cdpUrl, timeoutMs);
  return new CdpConnection(await WebSocketTransport.connect(url, { timeoutMs }));
}
