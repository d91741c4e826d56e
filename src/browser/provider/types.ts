/** The interface of a provider: a module that starts and stops the browsers of a cloud. No code. */
import type { Size } from '../../contract/limits';

/** A source of browsers: a browser cloud, or a pool of machines of your own. */
export interface BrowserProvider {
  /** Its name, for the first line of a run, for errors and for the ledger. */
  readonly name: string;
  /**
   * Starts a browser. If it throws, nothing runs, or {@link BrowserProvider.list} shows it. An error with a number `retryAfterMs` means that
   * there is no capacity: the start is tried again after this time, in milliseconds.
   * @param signal - aborted when the browser is not needed any more. A browser that is returned after that is stopped
   */
  start(request: BrowserRequest, signal: AbortSignal): Promise<ProvidedBrowser>;
  /**
   * Ends a browser. Does nothing for one that has ended. Without this method, a browser must end by itself when its connections close.
   * @param signal - aborted when the caller stops waiting
   */
  stop?(id: string, signal: AbortSignal): Promise<void>;
  /** The browsers that run now. `sessionwright reap` ends those with a mark of a dead run. Without it, `reap` only names what may be left. */
  list?(signal: AbortSignal): Promise<ListedBrowser[]>;
}

/** What a browser should be like. */
export interface BrowserRequest {
  /** Identifies this start. Store it with the browser (as a tag, a name or metadata) so that `list` can return it. */
  mark: string;
  /** Whether it runs without a window. */
  headless: boolean;
  /** Size of the window, in CSS pixels; `null` for any. */
  viewport: Size | null;
  /** After this time, in milliseconds, the session has ended for certain. Use it as the timeout of the browser. */
  maxDurationMs: number;
}

/** A browser that runs. */
export interface ProvidedBrowser {
  /** What `stop` takes. */
  id: string;
  /** Its CDP endpoint: `ws:` or `wss:`. May contain a token; it is never shown. */
  cdpUrl: string;
  /** Headers for every WebSocket to it. Never shown. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** The provider's own page that shows this browser. */
  viewerUrl?: string | undefined;
  /** The provider's own recording of this browser. */
  recordingUrl?: string | undefined;
}

/** A browser in a list. */
export interface ListedBrowser {
  id: string;
  /** The mark of its start, if the cloud stores it. */
  mark?: string | undefined;
}
