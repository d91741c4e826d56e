/** What every backend gives: a browser that can be driven over CDP, and closed. */
import type { CdpConnection } from '../cdp/connection';

/** How a browser ended. */
export interface BrowserExit {
  /** Exit code; null when a signal ended it, or when the browser is not ours. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines that it wrote to stderr. */
  stderr: string;
}

/** A browser, started by us or elsewhere. */
export interface BrowserConnection {
  /** The browser's own CDP endpoint, `ws://127.0.0.1:PORT/devtools/browser/ID`; undefined when it was started without a port. */
  readonly cdpUrl: string | undefined;
  /** Our own control of the browser, apart from any client's. */
  readonly connection: CdpConnection;
  /** Resolves when the browser has ended, or when an external one is out of reach. */
  readonly exited: Promise<BrowserExit>;
  /** Ends the browser that we started; leaves any other. Bounded, and safe to call twice. */
  readonly close: () => Promise<void>;
}
