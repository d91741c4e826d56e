/** The flags that Chromium starts with, each with its reason. Pure. */

/** Why a flag is there. The key is the whole argument. */
type Flags = Readonly<Record<string, string>>;

/**
 * Flags for quiet, deterministic, fast tests. A user can remove them (`chromeArgs`, `ignoreDefaultArgs`). Those that a page can notice
 * follow Playwright's own list.
 */
const DEFAULT_FLAGS: Flags = {
  // quiet: no network traffic, dialogs or prompts that no test asked for
  '--disable-background-networking':
    'no update checks, no prefetching: a test machine may have no way out, and waits there',
  '--disable-component-update': 'no component downloads after start',
  '--disable-default-apps': 'a new profile would install web apps',
  '--disable-sync': 'no account, nothing to synchronize',
  '--disable-field-trial-config': 'the same behavior in every run, not the experiments of the day',
  '--disable-extensions': 'installed extensions would change pages',
  '--disable-component-extensions-with-background-pages': 'each is a process',
  '--disable-breakpad': 'no crash reports to send',
  '--metrics-recording-only': 'no usage reports to send',
  '--no-first-run': 'no welcome page',
  '--no-default-browser-check': 'no question whether to become the default browser',
  '--no-service-autorun': 'no background services',
  '--disable-search-engine-choice-screen': 'no choice screen (crbug.com/41491762)',
  '--disable-infobars': 'an info bar takes height away from the page',
  '--disable-prompt-on-repost': 'reloading a posted form asks nothing',
  '--password-store=basic': 'never asks for the desktop keyring (Linux)',
  '--use-mock-keychain': 'never asks for the keychain (macOS)',
  // deterministic: a page behaves the same in front and behind, first and last
  '--disable-background-timer-throttling': 'timers of pages behind run on time',
  '--disable-backgrounding-occluded-windows': 'a covered window keeps rendering',
  '--disable-renderer-backgrounding': 'pages behind keep their priority',
  '--disable-back-forward-cache': 'going back loads the page again, through routes too',
  '--disable-hang-monitor': 'a busy page is not declared hung',
  '--disable-ipc-flooding-protection':
    'many navigations and pushStates in a row are not slowed down',
  '--disable-popup-blocking': 'a popup opened by a script opens',
  '--allow-pre-commit-input': 'a click right after navigation counts',
  '--force-color-profile=srgb': 'the same colors in screenshots on every machine',
  '--enable-unsafe-swiftshader': 'WebGL works without a graphics card (crbug.com/40277080)',
};

/** Only without a window. */
const HEADLESS_FLAGS: Flags = {
  '--hide-scrollbars': 'no scroll bars in screenshots, as with Playwright',
  '--mute-audio': 'a test needs no sound',
  '--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4':
    'media queries see a mouse although there is none',
};

/** Features switched off. One flag carries them all: of two `--disable-features`, Chromium reads the last. */
const DISABLED_FEATURES: Flags = {
  AvoidUnnecessaryBeforeUnloadCheckSync:
    'Playwright waits for beforeunload dialogs (microsoft/playwright#14047)',
  DestroyProfileOnBrowserClose: 'contexts live until they are disposed of, as in Playwright',
  HttpsUpgrades: 'http stays http, routes too (microsoft/playwright#43871)',
  HttpsFirstBalancedModeAutoEnable: 'the same',
  MediaRouter: 'no search for cast devices; on macOS it asks for incoming connections',
  PaintHolding: 'a screenshot after navigation shows the new page (microsoft/playwright#28023)',
  ThirdPartyStoragePartitioning: 'storage state works in frames (microsoft/playwright#32230)',
  AvoidCorsURLLoaderRestartOnRedirect:
    'redirects work while requests are routed (microsoft/playwright#43242)',
  TcpPortRandomizationWin: 'ERR_NO_BUFFER_SPACE on Windows (crbug.com/572515601)',
  LensOverlay: 'does not work in unofficial builds',
  OptimizationHints: 'no downloads',
  NetworkTimeServiceQuerying: 'no network time queries',
  AimEnabled: 'no eligibility requests',
  PreconnectToSearch: 'no connection to the search engine',
  Translate: 'no offer to translate a page',
  WebUIOmniboxPopup:
    "each window would load a hidden page for the address bar's suggestions: half of a small test's processor time",
  WebUIOmniboxAimPopup: 'and another one',
  SpareRendererForSitePerProcess:
    'a renderer kept ready for a context that the next test does not use: a useless process for each test',
  msForceBrowserSignIn: 'Edge starts without signing in',
};

/** Features switched on. */
const ENABLED_FEATURES: Flags = {
  CDPScreenshotNewSurface: "the screenshots that Playwright's baselines were made with",
  SkipListAccountsWithoutGaiaCookies: 'no account requests (crbug.com/565837024)',
};

/** Names of switches that only we set, without dashes: how the browser is debugged, where its profile is, whether it has a window. */
const RESERVED_NAMES = [
  /^remote-debugging-/,
  /^user-data-dir$/,
  /^temp-profile$/, // Debian's wrapper script turns it into `--user-data-dir`
  /^headless$/,
  /^no-startup-window$/,
  /^single-argument$/, // Chromium for Windows takes everything after it as one URL
  /^$/, // `--` ends the switches: everything after it is a URL to open
];

/** What decides the flags. */
export interface FlagOptions {
  headless: boolean;
  userDataDir: string;
  /** Open a CDP port on loopback too. */
  debuggingPort: boolean;
  sandbox: boolean;
  /** True when `/dev/shm` is too small for shared memory, as in most containers. */
  smallSharedMemory?: boolean | undefined;
  /** Appended to all others. */
  args?: readonly string[] | undefined;
  /** Replaces our default flags; what debugging, profile and mode need stays. */
  chromeArgs?: readonly string[] | undefined;
  /** `true` drops our default flags, a list drops those. */
  ignoreDefaultArgs?: boolean | readonly string[] | undefined;
  windowSize?: { width: number; height: number } | undefined;
  userAgent?: string | undefined;
  proxy?: { server: string; bypass?: string | undefined } | undefined;
}

/** The complete command line for Chromium. */
export function chromiumFlags(options: FlagOptions): string[] {
  return mergeFeatures([
    ...optionalFlags(options),
    ...neededFlags(options),
    ...givenFlags(options),
  ]);
}

/** The command line of a browser that a WebDriver starts: debugging, profile and sandbox are the driver's. */
export function browserSwitches(
  options: Omit<FlagOptions, 'userDataDir' | 'debuggingPort' | 'sandbox' | 'smallSharedMemory'>,
): string[] {
  return mergeFeatures([
    ...optionalFlags(options),
    ...when(options.headless, '--headless'),
    ...shapingFlags(options),
    ...givenFlags(options),
  ]);
}

/**
 * The flags that a user set, each spelled `--name` or `--name=value`. Leaves out reserved switches, URLs and other arguments that are no
 * switches. Chromium also reads `-name`, so both spellings must count as the same switch.
 */
export function givenFlags({
  args,
  chromeArgs,
}: Pick<FlagOptions, 'args' | 'chromeArgs'>): string[] {
  return [...(chromeArgs ?? []), ...(args ?? [])].flatMap((flag) => {
    const [, name, value = ''] = /^--?([^=]*)(=.*)?$/s.exec(flag) ?? [];
    return name === undefined || isReserved(name) ? [] : [`--${name}${value}`];
  });
}

/** Chromium for Windows trims arguments and ignores case. Elsewhere such spellings have no use. */
function isReserved(name: string): boolean {
  return RESERVED_NAMES.some((reserved) => reserved.test(name.trim().toLowerCase()));
}

function neededFlags(options: FlagOptions): string[] {
  return [
    '--remote-debugging-pipe', // for us: the browser ends when we die
    ...when(options.debuggingPort, '--remote-debugging-port=0'), // for the gateway; the system picks the port
    `--user-data-dir=${options.userDataDir}`,
    '--no-startup-window', // no page at the start
    ...when(options.headless, '--headless'),
    ...when(!options.sandbox, '--no-sandbox'),
    ...when(options.smallSharedMemory, '--disable-dev-shm-usage'), // otherwise pages crash; slower, so only if needed
    ...shapingFlags(options),
  ];
}

/** Flags that a session can request. */
function shapingFlags({ windowSize, userAgent, proxy }: Partial<FlagOptions>): string[] {
  return [
    ...(windowSize ? [`--window-size=${windowSize.width},${windowSize.height}`] : []),
    ...(userAgent === undefined ? [] : [`--user-agent=${userAgent}`]),
    ...proxyFlags(proxy),
  ];
}

function optionalFlags(options: Partial<FlagOptions>): string[] {
  const { headless, chromeArgs, ignoreDefaultArgs } = options;
  if (chromeArgs || ignoreDefaultArgs === true) return ['--disable-background-networking'];
  const all = [
    ...Object.keys(DEFAULT_FLAGS),
    ...(headless ? Object.keys(HEADLESS_FLAGS) : []),
    `--disable-features=${Object.keys(DISABLED_FEATURES).join(',')}`,
    `--enable-features=${Object.keys(ENABLED_FEATURES).join(',')}`,
  ];
  const dropped = ignoreDefaultArgs ? ignoreDefaultArgs : [];
  return all.filter((flag) => !dropped.includes(flag));
}

/** As Playwright does: requests to this machine go through the proxy too, unless the bypass list names it. */
function proxyFlags(proxy: FlagOptions['proxy']): string[] {
  if (!proxy) return [];
  const rules = (proxy.bypass ?? '')
    .split(',')
    .map((rule) => rule.trim())
    .filter(Boolean);
  const patterns = rules.map((rule) => (rule.startsWith('.') ? `*${rule}` : rule));
  const namesLoopback = rules.some((rule) =>
    ['localhost', '127.0.0.1', '[::1]', '<-loopback>'].includes(rule),
  );
  const bypass = [...patterns, ...when(!namesLoopback, '<-loopback>')];
  return [
    `--proxy-server=${proxy.server}`,
    ...(bypass.length > 0 ? [`--proxy-bypass-list=${bypass.join(';')}`] : []),
  ];
}

/** Joins all feature lists into one flag each: of two, Chromium reads only the last. */
function mergeFeatures(flags: readonly string[]): string[] {
  let merged = [...flags];
  for (const name of ['--disable-features=', '--enable-features=']) {
    const features = merged
      .filter((flag) => flag.startsWith(name))
      .flatMap((flag) => flag.slice(name.length).split(','));
    merged = merged.filter((flag) => !flag.startsWith(name));
    if (features.length > 0) merged.push(name + [...new Set(features)].filter(Boolean).join(','));
  }
  return merged;
}

function when(condition: boolean | undefined, flag: string): string[] {
  return condition ? [flag] : [];
}
