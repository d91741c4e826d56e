/** A source of browsers on other machines: a Selenium Grid, or a provider. */
import type { BrowserConnection } from './browser-connection';
import type { FlagOptions } from './flags';

/** What a browser on another machine should be like. */
export interface RemoteBrowserRequest extends Pick<
  FlagOptions,
  'headless' | 'args' | 'chromeArgs' | 'ignoreDefaultArgs' | 'windowSize' | 'userAgent' | 'proxy'
> {
  /** Playwright's channel. One that begins with `msedge` requests Edge. @default Chrome */
  channel?: string | undefined;
  /** The session ends after this time, in milliseconds. */
  maxDurationMs: number;
}

/** A browser on another machine. */
export interface RemoteBrowser extends BrowserConnection {
  readonly cdpUrl: string;
  /** Headers that a WebSocket to it needs. Secret. */
  readonly cdpHeaders: Readonly<Record<string, string>>;
}

/** Starts browsers on other machines, and ends all of them. */
export interface RemoteBrowsers {
  readonly kind: 'grid' | 'provider';
  /** What it is, for messages: `the Selenium Grid at http://hub:4444`. */
  readonly title: string;
  /** Why a browser of it ended by itself, for messages. */
  readonly whyEnded: string;
  /** Starts a browser, and connects to it. */
  open(request: RemoteBrowserRequest, signal: AbortSignal): Promise<RemoteBrowser>;
  /**
   * What the current starts wait for; follows "waiting for a session: "; undefined if there are none. Never rejects.
   * @param lately - also describe the latest start that was cancelled
   */
  waitingFor(options?: { lately?: boolean }): Promise<string | undefined>;
  /** Waits for a limited time until browsers have ended. Those that have not stay in the ledger. */
  close(): Promise<void>;
}

/** Records the browsers that have to be ended, even if this process is killed. */
export interface BrowserLedger {
  /** Called before the start, and again when the provider's `browserId` is known. `sessionId` is the mark that finds the browser. */
  started(entry: {
    sessionId: string;
    /** Where it runs, without secrets. */
    apiUrl: string;
    kind: 'grid' | 'provider';
    startedAt: number;
    module?: string | undefined;
    optionsHash?: string | undefined;
    browserId?: string | undefined;
    endsBy?: number | undefined;
  }): Promise<void>;
  /** There is no browser with this mark any more. */
  stopped(mark: string): Promise<void>;
}
