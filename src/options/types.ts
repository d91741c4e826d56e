/** What a user may write, as types. Their doc comments are the manual; docs/options.md is tested against the rules beside them. Holds no code, so test files may import it freely. */

import type { Size } from '../contract/limits';
import type { StartOptions } from '../contract/start';

/** Where an embedded session server gets its browsers. */
export type Backend = 'chromium' | 'grid' | 'cdp';

/** How tests drive a session. */
export type Transport = 'auto' | 'playwright' | 'cdp';

/**
 * How sessions are started: the worker option `sessionOptions`. Everything that the session API takes at a start, and what only this
 * package needs. Every field is optional; what is not set is left to the session API.
 */
export interface SessionOptions extends StartOptions {
  /**
   * Base URL of the session API, with its scheme. Naming one asks for remote sessions.
   * @default `SESSIONWRIGHT_API_URL`, else `NOTTE_API_URL`, else `https://api.notte.cc` when there is a key, else sessions are embedded
   */
  apiUrl?: string | undefined;
  /**
   * Key of the session API. Better kept in the environment than in a file.
   * @default `SESSIONWRIGHT_API_KEY`, else `NOTTE_API_KEY`
   */
  apiKey?: string | undefined;
  /**
   * Where embedded sessions get their browser. Naming one asks for embedded sessions, whatever the environment says.
   * @default 'cdp' when `cdpUrl` is set, 'grid' when `gridUrl` or `SELENIUM_REMOTE_URL` is, else 'chromium'
   */
  backend?: Backend | undefined;
  /**
   * The Selenium Grid that embedded sessions get their browser from: the URL of its hub, router or standalone server. A user name and
   * a password in it are sent to the Grid alone, and never shown.
   * @default `SELENIUM_REMOTE_URL`
   */
  gridUrl?: string | undefined;
  /**
   * WebDriver capabilities of each session on the Grid, beside ours: `platformName`, `se:` and vendor options, to choose a node.
   * @default `SELENIUM_REMOTE_CAPABILITIES`, as JSON
   */
  capabilities?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether the browser runs without a window.
   * @default Playwright's `headless` (which `--headed` and `--debug` turn off)
   */
  headless?: boolean | undefined;
  /** Which build of Chromium runs. Embedded sessions take the one of Playwright's `channel`. @default 'chromium' */
  channel?: StartOptions['channel'];
  /**
   * Size of the page, in CSS pixels (1 to 10000 each). `null` leaves it to the session API. Playwright's own `viewport` still applies to each test's context.
   * @default null
   */
  viewport?: Size | null | undefined;
  /**
   * The session ends after this time without use, in milliseconds: whole minutes from 60000 to 1800000. At most `maxDuration`.
   * @default 180000 (3 minutes); embedded sessions: 1800000 (30 minutes)
   */
  idleTimeout?: number | undefined;
  /**
   * The session ends after this time, used or not, in milliseconds: whole minutes from 60000 to 86400000.
   * @default 900000 (15 minutes); embedded sessions: 86400000 (1 day)
   */
  maxDuration?: number | undefined;
  /** The `User-Agent` of the whole session. Playwright's own `userAgent` still applies to each test's context. */
  userAgent?: string | undefined;
  /**
   * Proxies for the session's traffic; `true` asks the cloud for a residential one.
   * @default Playwright's `launchOptions.proxy`, else none
   */
  proxies?: StartOptions['proxies'];
  /**
   * Whether captchas are solved. Only the cloud can; embedded sessions refuse `true`.
   * @default true in the cloud
   */
  solveCaptchas?: boolean | undefined;
  /** Id of a running session of the API to attach to. It is used, and never stopped. Excludes everything that shapes a start. */
  sessionId?: string | undefined;
  /**
   * How long starting a session may take, retries and waiting for a free place included, in milliseconds (1000 to 1800000). Never counts against a test's own timeout.
   * @default 120000
   */
  startTimeout?: number | undefined;
  /**
   * Sessions that the run may have at once, over all workers and projects (1 or more). Workers share them: a worker that waits gets one
   * that no test uses. Where several are said, the smallest counts.
   * @default no limit: one for each worker, as far as the session API gives them
   */
  maxSessions?: number | undefined;
  /**
   * How tests drive a session of a session API. `'playwright'`: in Playwright's own protocol, by the Playwright beside the session's
   * browser, which a sessionwright server offers; an action takes one round trip. `'cdp'`: by the Chrome DevTools Protocol. `'auto'`:
   * the first where the server has the same version of Playwright (its first two numbers), else the second. Embedded sessions are driven over CDP.
   * @default 'auto'
   */
  transport?: Transport | undefined;
  /**
   * Hosts that the session's pages reach on the machine that runs the tests, in the words of Playwright's `connect({ exposeNetwork })`:
   * `'<loopback>'` for localhost, `'*.internal'`, `'*'`, each perhaps with a port, separated by commas. For sessions whose browser is
   * elsewhere; embedded ones run on this machine anyway.
   * @default none
   */
  exposeNetwork?: string | undefined;
  /** The Chromium of embedded sessions. `SESSIONWRIGHT_EXECUTABLE_PATH` wins over it. */
  executablePath?: string | undefined;
}

/** When a recording is kept: Playwright's own `video` modes, with their meaning. */
export type RecordingMode =
  | 'off'
  | 'on'
  | 'retain-on-failure'
  | 'on-first-retry'
  | 'on-all-retries'
  | 'retain-on-first-failure'
  | 'retain-on-failure-and-retries';

/** The test option `recording`. */
export type Recording =
  | RecordingMode
  | {
      /** Which runs of tests keep a recording. */
      mode: RecordingMode;
      /**
       * Size of the picture, in pixels (16 to 4096 each).
       * @default the viewport, scaled down to fit into 800x800
       */
      size?: Size | undefined;
      /**
       * At most so many frames a second (1 to 60). A page that stands still makes none.
       * @default 10
       */
      fps?: number | undefined;
    };

/** What separates one test from the next. `keepState` keeps the session's cookies and storage from test to test. */
export type Isolation =
  | 'context'
  | 'session'
  | {
      mode: 'session';
      /** Whether cookies and storage are left to the next test. */
      keepState: boolean;
    };

/** When a test's cookies are saved to its `cookieFile`. */
export type SaveCookies = 'always' | 'on-success' | 'never';

/** The test option `viewerLink`. */
export type ViewerLink = 'locked' | 'open';

/** Options of a test: they can be set in the configuration, in a file and in `describe`. */
export interface SessionTestOptions {
  /**
   * `'context'`: a fresh browser context for each test. `'session'`: the session's own default context, cleared after each test;
   * `{ mode: 'session', keepState: true }` keeps its cookies and storage.
   * @default 'context'
   */
  isolation: Isolation;
  /**
   * A JSON array of cookies, loaded before and saved after each test. A relative path starts at the folder of the configuration file.
   * @default undefined - no cookies are kept
   */
  cookieFile: string | undefined;
  /**
   * When the cookies are saved.
   * @default 'always'
   */
  saveCookies: SaveCookies;
  /**
   * Which tests keep a recording: the modes of Playwright's `video`, or `{ mode, size, fps }`.
   * @default the project's `video` where that is set, else 'on'
   */
  recording: Recording | undefined;
  /**
   * The link to the session's viewer in the reports. `'locked'` asks for the key of the session API when it is opened; there is none
   * where that cannot be: of embedded sessions, and of the cloud. `'open'` holds a token: whoever reads the report can watch the session,
   * and its replay as long as the server keeps it.
   * @default 'locked'
   */
  viewerLink: ViewerLink;
}

/** Options of a worker: they can be set in the configuration and at the top of a file. */
export interface SessionWorkerOptions {
  /**
   * What is asked of the worker's session, and of which API. Unknown or wrong options are refused by name before a session starts.
   * @default {} - an embedded session, or one of the session API that the environment names
   */
  sessionOptions: SessionOptions;
}
