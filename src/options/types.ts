/** The options as types. A test compares docs/options.md with their schemas. This file contains no code, so test files can import it. */

import type { Size } from '../contract/limits';
import type { StartOptions } from '../contract/start';

/** Where an embedded session server gets its browsers. */
export type Backend = 'chromium' | 'grid' | 'cdp';

/**
 * A provider: its module (a path relative to the configuration's folder, or a package), and the module's own options. Put credentials into
 * the environment, not into the options.
 */
export type ProviderBackend = readonly [
  module: string,
  options?: Readonly<Record<string, unknown>>,
];

/** How tests drive a session. */
export type Transport = 'auto' | 'playwright' | 'cdp';

/**
 * The worker option `sessionOptions`: how sessions are started. It has every option of a start request, and some that only this package
 * uses. All fields are optional. The session API decides what is not set.
 */
export interface SessionOptions extends StartOptions {
  /**
   * Base URL of the session API, with its scheme. If set, sessions are remote.
   * @default `SESSIONWRIGHT_API_URL`, else `NOTTE_API_URL`, else `https://api.notte.cc` if a key is set, else sessions are embedded
   */
  apiUrl?: string | undefined;
  /**
   * Key of the session API. Prefer the environment to a file.
   * @default `SESSIONWRIGHT_API_KEY`, else `NOTTE_API_KEY`
   */
  apiKey?: string | undefined;
  /**
   * Where embedded sessions get their browser. If set, sessions are embedded, and the environment does not matter.
   * `['./my-cloud.mjs', { region: 'eu' }]` loads a provider.
   * @default 'cdp' if `cdpUrl` or `SESSIONWRIGHT_CDP_URL` is set, 'grid' if `gridUrl` or `SELENIUM_REMOTE_URL` is set, else 'chromium'
   */
  backend?: Backend | ProviderBackend | undefined;
  /**
   * URL of the Selenium Grid for embedded sessions: its hub, router or standalone server. A user name and a password in it are only sent
   * to the Grid, and are never shown.
   * @default `SELENIUM_REMOTE_URL`
   */
  gridUrl?: string | undefined;
  /**
   * Additional WebDriver capabilities of each session on the Grid, to choose a node: `platformName`, `se:` and vendor options.
   * @default `SELENIUM_REMOTE_CAPABILITIES`, as JSON
   */
  capabilities?: Readonly<Record<string, unknown>> | undefined;
  /**
   * WebSocket URL (`ws:` or `wss:`) of a CDP endpoint: the session drives the browser behind it. Only its host is ever shown.
   * Excludes `headless: false`, `userAgent`, `args` and `viewport`.
   * @default `SESSIONWRIGHT_CDP_URL`
   */
  cdpUrl?: string | undefined;
  /**
   * Headers of the WebSocket to `cdpUrl`, such as `Authorization`. Only sent to it, and never shown.
   * @default `SESSIONWRIGHT_CDP_HEADERS`, as JSON
   */
  cdpHeaders?: Record<string, string> | undefined;
  /**
   * Whether the browser runs without a window.
   * @default Playwright's `headless`, which `--headed` and `--debug` set to false
   */
  headless?: boolean | undefined;
  /** The build of Chromium. Embedded sessions use Playwright's `channel`. @default 'chromium' */
  channel?: StartOptions['channel'];
  /**
   * Size of the page, in CSS pixels (1 to 10000 each). With `null` the session API decides. Playwright's `viewport` still applies to each test's context.
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
  /** The `User-Agent` of the whole session. Playwright's `userAgent` still applies to each test's context. */
  userAgent?: string | undefined;
  /**
   * Proxies for the session's traffic. `true` requests a residential proxy of the cloud.
   * @default Playwright's `launchOptions.proxy`, else none
   */
  proxies?: StartOptions['proxies'];
  /**
   * Whether captchas are solved. Only the cloud can do it; embedded sessions refuse `true`.
   * @default true in the cloud
   */
  solveCaptchas?: boolean | undefined;
  /** Id of a running session of the API. Tests use it and never stop it. Excludes all options of a start. */
  sessionId?: string | undefined;
  /**
   * How long starting a session may take, in milliseconds (1000 to 1800000), including retries and waiting for capacity. It does not count towards a test's timeout.
   * @default 120000
   */
  startTimeout?: number | undefined;
  /**
   * Maximum number of sessions of the run at a time, over all workers and projects (1 or more). Workers share them: a waiting worker
   * gets a session that no test uses. If projects differ, the smallest number applies.
   * @default no limit: one session per worker, if the session API allows it
   */
  maxSessions?: number | undefined;
  /**
   * How tests drive a remote session. `'playwright'`: with Playwright's own protocol, through the Playwright server on the browser's
   * machine. A sessionwright server offers it, and an action takes one round trip. `'cdp'`: with the Chrome DevTools Protocol.
   * `'auto'`: `'playwright'` if the server has the same version of Playwright (major and minor), else `'cdp'`. Embedded sessions use CDP.
   * @default 'auto'
   */
  transport?: Transport | undefined;
  /**
   * Hosts that the session's pages reach through the machine that runs the tests. The syntax is that of Playwright's
   * `connect({ exposeNetwork })`: `'<loopback>'` for localhost, `'*.internal'` or `'*'`, with an optional port, separated by commas.
   * Embedded sessions do not need it, because their browser runs on this machine.
   * @default none
   */
  exposeNetwork?: string | undefined;
  /**
   * How long the session of a failed test stays open, for you to look at it: `'10m'`, or milliseconds; 1 second to 1 hour, 0 for not at
   * all. The run waits for it at its end, and Ctrl-C ends it. Needs `withSessions`. In CI only `SESSIONWRIGHT_KEEP_FAILED` sets it.
   * @default `SESSIONWRIGHT_KEEP_FAILED`, else 0
   */
  keepFailed?: number | string | undefined;
  /** The Chromium of embedded sessions. `SESSIONWRIGHT_EXECUTABLE_PATH` takes precedence. */
  executablePath?: string | undefined;
}

/** When a recording is kept. The modes are those of Playwright's `video`. */
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
      /** Which test runs keep a recording. */
      mode: RecordingMode;
      /**
       * Size of the picture, in pixels (16 to 4096 each).
       * @default the viewport, scaled down to fit into 800x800
       */
      size?: Size | undefined;
      /**
       * Maximum frames per second (1 to 60). A page that does not change produces none.
       * @default 10
       */
      fps?: number | undefined;
    };

/** How tests are isolated. `keepState` keeps the session's cookies and storage from test to test. */
export type Isolation =
  | 'context'
  | 'session'
  | {
      mode: 'session';
      /** Whether the next test keeps cookies and storage. */
      keepState: boolean;
    };

/** When a test's cookies are saved to its `cookieFile`. */
export type SaveCookies = 'always' | 'on-success' | 'never';

/** The test option `viewerLink`. */
export type ViewerLink = 'locked' | 'open';

/** Test options: you can set them in the configuration, in a file and in `describe`. */
export interface SessionTestOptions {
  /**
   * `'context'`: a fresh browser context for each test. `'session'`: the session's own default context, cleared after each test;
   * `{ mode: 'session', keepState: true }` keeps its cookies and storage.
   * @default 'context'
   */
  isolation: Isolation;
  /**
   * Path of a file with a JSON array of cookies, loaded before and saved after each test. Relative to the folder of the configuration file.
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
   * @default the project's `video` if it is set, else 'on'
   */
  recording: Recording | undefined;
  /**
   * The link to the session's viewer in the reports. `'locked'`: the page asks for the key of the session API. Embedded sessions and the
   * cloud have no such link. `'open'`: the link contains a token, so readers of the report can watch the session, and its replay while the
   * server keeps it.
   * @default 'locked'
   */
  viewerLink: ViewerLink;
}

/** Worker options: you can set them in the configuration and at the top of a file. */
export interface SessionWorkerOptions {
  /**
   * How the worker's session is started, and by which API. Unknown or wrong options are refused by name before a session starts.
   * @default {} - an embedded session, or a session of the API that the environment names
   */
  sessionOptions: SessionOptions;
}
