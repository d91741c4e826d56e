/** A browser that is driven over CDP: one that we started, or any CDP endpoint, such as another provider's session. */
import type { Duplex } from 'node:stream';
import { CdpConnection } from '../cdp/connection';
import { WebSocketTransport, type WebSocketOptions } from '../cdp/web-socket-transport';
import { SharedEndpoint } from './shared-endpoint';

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
  /** Connects to {@link cdpUrl} within this process, which is faster; only for a shared connection. */
  readonly dial?: () => Duplex;
  /** Our own connection to the browser, separate from those of clients. */
  readonly connection: CdpConnection;
  /** Resolves when the browser has ended, or when an external one is disconnected. */
  readonly exited: Promise<BrowserExit>;
  /** Ends a browser that we started, and only disconnects from any other. Has a time limit; may be called twice. */
  readonly close: () => Promise<void>;
}

/** A browser that we did not start. */
export interface ExternalBrowser extends BrowserConnection {
  /** Where clients connect: the local endpoint of the shared connection. Secret. */
  readonly cdpUrl: string;
}

/**
 * Connects to a browser by its CDP endpoint. All clients of the result share one connection: an endpoint may start a browser for each.
 * @throws {@link CdpError} `cdp_closed` if it does not answer, or is no CDP endpoint; {@link TimeoutError} if its browser does not answer
 */
export async function connectExternal(
  endpoint: string,
  options: WebSocketOptions,
): Promise<ExternalBrowser> {
  const shared = await SharedEndpoint.open(endpoint, options);
  const close = async (): Promise<void> => {
    shared.close();
    await shared.closed;
  };
  try {
    const connection = new CdpConnection(await WebSocketTransport.connect(shared.url));
    void connection.closed.then(() => shared.close());
    const exited = shared.closed.then(() => UNKNOWN_EXIT);
    return { cdpUrl: shared.url, dial: () => shared.dial(), connection, exited, close };
  } catch (error) {
    await close();
    throw error;
  }
}
