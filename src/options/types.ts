/** What a user may write, as types. Their doc comments are the manual; docs/options.md is tested against the rules beside them. Holds no code, so test files may import it freely. */

/** Width and height in CSS pixels. */
export interface VideoSize {
  width: number;
  height: number;
}

/** Where an embedded session server gets its browsers. */
export type Backend = 'chromium' | 'grid' | 'cdp';

/** Which build of Chromium a session runs. Embedded sessions have one browser, and call it what was asked for. */
export type BrowserType = 'chromium' | 'chrome' | 'chrome-nightly' | 'chrome-turbo';

/** A proxy for a session's traffic: your own, one of the cloud (residential, by country and city), or a node of your tailnet. */
export type Proxy =
  | {
      type: 'external';
      server: string;
      username?: string | undefined;
      password?: string | undefined;
      bypass?: string | undefined;
    }
  | {
      type: 'notte';
      id?: string | undefined;
      country?: string | undefined;
      city?: string | undefined;
    }
  | { type: 'tailnet'; oauthClientId: string; oauthClientSecret?: string | undefined };

/** Browser state that outlives a session: cookies, storage and cache. */
export interface ProfileOptions {
  /** The profile's id, such as `notte-profile-0123456789abcdef`. */
  id: string;
  /**
   * Whether the session's state is saved to the profile when the session ends.
   * @default false
   */
  persist?: boolean | undefined;
}

/** How sessions are started: the worker option `sessionOptions`. Every field is optional; what is not set is left to the session API. */
export interface SessionOptions {
  /**
   * Base URL of the session API, with its scheme. Naming one asks for remote sessions.
   * @default `NOTTE_API_URL`, else `https://api.notte.cc` when there is a key, else sessions are embedded
   */
  apiUrl?: string | undefined;
  /**
   * Key of the session API. Better kept in `NOTTE_API_KEY` than in a file.
   * @default `NOTTE_API_KEY`
   */
  apiKey?: string | undefined;
  /**
   * Where embedded sessions get their browser. Naming one asks for embedded sessions, whatever the environment says.
   * @default 'chromium', or 'cdp' when `cdpUrl` is set
   */
  backend?: Backend | undefined;
  /**
   * Whether the browser runs without a window.
   * @default Playwright's `headless` (which `--headed` and `--debug` turn off)
   */
  headless?: boolean | undefined;
  /** Which build of Chromium runs. Embedded sessions take the one of Playwright's `channel`. @default 'chromium' */
  browserType?: BrowserType | undefined;
  /**
   * Size of the page, in CSS pixels (1 to 10000 each). `null` leaves it to the session API. Playwright's own `viewport` still applies to each test's context.
   * @default null
   */
  viewport?: VideoSize | null | undefined;
  /** Lets the session API choose the largest viewport of this shape. Excludes `viewport`. */
  aspectRatio?: '5:4' | '16:9' | undefined;
  /**
   * The session ends when nobody used it for so long, in minutes (1 to 30). At most `maxDurationMinutes`.
   * @default 3; embedded sessions: 30
   */
  idleTimeoutMinutes?: number | undefined;
  /**
   * The session ends after so long, used or not, in minutes (1 to 1440).
   * @default 15; embedded sessions: 1440
   */
  maxDurationMinutes?: number | undefined;
  /** The `User-Agent` of the whole session. Playwright's own `userAgent` still applies to each test's context. */
  userAgent?: string | undefined;
  /** Command line switches of the browser. They replace the ones that the session API would choose. */
  chromeArgs?: string[] | undefined;
  /**
   * Proxies for the session's traffic; `true` asks the cloud for a residential one.
   * @default Playwright's `launchOptions.proxy`, else none
   */
  proxies?: boolean | Proxy[] | undefined;
  /** Headers that every request of a page carries. */
  extraHttpHeaders?: Record<string, string> | undefined;
  /** A profile to start from. */
  profile?: ProfileOptions | undefined;
  /** WebSocket URL of another provider's browser, which the session then drives. Excludes `userAgent`, `chromeArgs`, `viewport` and `headless: false`. */
  cdpUrl?: string | undefined;
  /**
   * Whether captchas are solved. Only the cloud can; embedded sessions refuse `true`.
   * @default true in the cloud
   */
  solveCaptchas?: boolean | undefined;
  /**
   * Whether the session's actions can upload files, and what its pages download is kept.
   * @default true
   */
  useFileStorage?: boolean | undefined;
  /**
   * Which screenshot the API keeps of each action.
   * @default 'last_action'
   */
  screenshotType?: 'raw' | 'full' | 'last_action' | undefined;
  /**
   * Whether requests are signed as coming from a known bot.
   * @default false
   */
  webBotAuth?: boolean | undefined;
  /** Id of a vault of the cloud whose credentials the session may use. */
  vaultId?: string | undefined;
  /** Ids of managed logins of the cloud to apply: at most 10, each once. */
  authIds?: string[] | undefined;
  /**
   * Whether the start waits for the managed logins, and fails with them.
   * @default true in the cloud
   */
  waitForAuthentication?: boolean | undefined;
  /** Id of a running session of the API to attach to. It is used, and never stopped. Excludes everything that shapes a start. */
  sessionId?: string | undefined;
  /**
   * How long starting a session may take, retries and waiting for a free place included, in milliseconds (1000 to 1800000). Never counts against a test's own timeout.
   * @default 120000
   */
  startTimeoutMs?: number | undefined;
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
      size?: VideoSize | undefined;
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
}

/** Options of a worker: they can be set in the configuration and at the top of a file. */
export interface SessionWorkerOptions {
  /**
   * What is asked of the worker's session, and of which API. Unknown or wrong options are refused by name before a session starts.
   * @default {} - an embedded session, or the cloud's when `NOTTE_API_KEY` is set
   */
  sessionOptions: SessionOptions;
}
