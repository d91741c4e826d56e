/** A browser that runs elsewhere: any CDP endpoint, such as another provider's session. */
import { CdpConnection } from '../cdp/connection';
import { WebSocketTransport } from '../cdp/web-socket-transport';
import type { BrowserConnection } from './browser-connection';

/**
 * Connects to a browser by its CDP endpoint. Closing leaves the browser as it is, and only disconnects.
 * @throws {@link CdpError} (`cdp_closed`) when the endpoint does not answer
 */
export async function connectExternal(
  cdpUrl: string,
  timeoutMs?: number,
): Promise<BrowserConnection> {
  const connection = new CdpConnection(await WebSocketTransport.connect(cdpUrl, { timeoutMs }));
  const exited = connection.closed.then(() => ({ code: null, signal: null, stderr: '' }));
  const close = async (): Promise<void> => {
    connection.close();
    await connection.closed;
  };
  return { cdpUrl, connection, exited, close };
}
