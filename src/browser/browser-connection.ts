/** A browser that is driven over CDP: one that we started, or any CDP endpoint, such as another provider's session. */
import { CdpConnection } from '../cdp/connection';
import { WebSocketTransport, type WebSocketOptions } from '../cdp/web-socket-transport';

/** How a browser ended. */
export interface BrowserExit {
  /** Exit code; null if a signal ended it, or if the browser is not ours. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr. */
  stderr: string;
}

/** How a browser that is not ours ended. */
export const UNKNOWN_EXIT: BrowserExit = { code: null, signal: null, stderr: '' };

/** A browser, started by us or elsewhere. */
export interface BrowserConnection {
  /** The browser's own CDP endpoint, `ws://127.0.0.1:PORT/devtools/browser/ID`; undefined if it was started without a port. */
  readonly cdpUrl: string | undefined;
  /** Our own connection to the browser, separate from those of clients. */
  readonly connection: CdpConnection;
  /** Resolves when the browser has ended, or when an external one is disconnected. */
  readonly exited: Promise<BrowserExit>;
  /** Ends a browser that we started, and only disconnects from any other. Has a time limit; may be called twice. */
  readonly close: () => Promise<void>;
}

/**
 * Connects to a browser by its CDP endpoint.
 * @throws {@link CdpError} (`cdp_closed`) if the endpoint does not answer
 */
export async function connectExternal(
  cdpUrl: string,
  options?: WebSocketOptions,
): Promise<BrowserConnection> {
  const connection = new CdpConnection(await WebSocketTransport.connect(cdpUrl, options));
  const close = async (): Promise<void> => {
    connection.close();
    await connection.closed;
  };
  return { cdpUrl, connection, exited: connection.closed.then(() => UNKNOWN_EXIT), close };
}
