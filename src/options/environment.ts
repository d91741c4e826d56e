/** Reads the environment variables. No other module does, except for `DEBUG` (`src/base/log.ts`). */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSecretName } from '../base/redaction';

/**
 * The environment, read at each access. An empty variable counts as not set.
 * Nothing of it is logged or shown. Only {@link withoutInspector} changes it.
 */
export const environment = {
  /**
   * The key of the session API: `SESSIONWRIGHT_API_KEY`, else `NOTTE_API_KEY`, which the cloud's own clients use. `NOTTE_API_KEY` is
   * never sent to the server of `SESSIONWRIGHT_API_URL`.
   */
  get apiKey(): string | undefined {
    return read(apiNames().apiKey);
  },
  /** The base URL of the session API: `SESSIONWRIGHT_API_URL`, else `NOTTE_API_URL`, which the cloud's own clients use. */
  get apiUrl(): string | undefined {
    return read(apiNames().apiUrl);
  },
  /** The variables that set the API and its key, for error messages. */
  get apiNames(): ApiNames {
    return apiNames();
  },
  /** A notice if variables for two APIs are set; else undefined. */
  get apiNotice(): string | undefined {
    const { apiUrl, apiKey } = apiNames();
    const ignored = [
      ...(apiUrl !== 'NOTTE_API_URL' && read('NOTTE_API_URL') !== undefined
        ? ['NOTTE_API_URL']
        : []),
      ...(apiKey !== 'NOTTE_API_KEY' && read('NOTTE_API_KEY') !== undefined
        ? ['NOTTE_API_KEY']
        : []),
    ];
    if (ignored.length === 0) return undefined;
    const used = [apiUrl, apiKey].filter(
      (name) => name.startsWith('SESSIONWRIGHT_') && read(name) !== undefined,
    );
    return `${used.join(' and ')} ${used.length > 1 ? 'are' : 'is'} used, ${ignored.join(' and ')} ignored.`;
  },
  /** `SESSIONWRIGHT_EXECUTABLE_PATH`: the Chromium for embedded sessions. It takes precedence over every other setting. */
  get executablePath(): string | undefined {
    return read('SESSIONWRIGHT_EXECUTABLE_PATH');
  },
  /** `SELENIUM_REMOTE_URL`: the Selenium Grid for embedded sessions. Playwright uses the same variable. May contain a password. */
  get gridUrl(): string | undefined {
    return read('SELENIUM_REMOTE_URL');
  },
  /** `SELENIUM_REMOTE_CAPABILITIES`: capabilities for each session on the Grid: JSON, not yet parsed. */
  get gridCapabilities(): string | undefined {
    return read('SELENIUM_REMOTE_CAPABILITIES');
  },
  /** `SELENIUM_REMOTE_HEADERS`: headers for each request to the Grid: JSON, not yet parsed. May contain secrets. */
  get gridHeaders(): string | undefined {
    return read('SELENIUM_REMOTE_HEADERS');
  },
  /** `SESSIONWRIGHT_CDP_URL`: the default of `cdpUrl`. May contain a token or a password. */
  get cdpUrl(): string | undefined {
    return read('SESSIONWRIGHT_CDP_URL');
  },
  /** `SESSIONWRIGHT_CDP_HEADERS`: the default of `cdpHeaders`: JSON, not yet parsed. May contain secrets. */
  get cdpHeaders(): string | undefined {
    return read('SESSIONWRIGHT_CDP_HEADERS');
  },
  /** `SESSIONWRIGHT_PROVIDER_OPTIONS`: options of the provider's module for `serve`, `provider check` and `reap`: JSON, not yet parsed. May contain secrets. */
  get providerOptions(): string | undefined {
    return read('SESSIONWRIGHT_PROVIDER_OPTIONS');
  },
  /** `SESSIONWRIGHT_KEEP_FAILED`: takes precedence over `keepFailed`, also in CI. */
  get keepFailed(): string | undefined {
    return read('SESSIONWRIGHT_KEEP_FAILED');
  },
  /** The values of all variables with names of secrets, to take them out of messages. Short ones are left out. */
  get secrets(): string[] {
    return Object.keys(process.env).flatMap((name) => {
      const value = read(name) ?? '';
      return (isSecretName(name) || /key$/i.test(name)) && value.length >= MIN_SECRET_LENGTH
        ? [value]
        : [];
    });
  },
  /** True if `CI` is set to anything but `0` or `false`. */
  get isCI(): boolean {
    const value = read('CI')?.toLowerCase();
    return value !== undefined && value !== '0' && value !== 'false';
  },
  /** Build number of Azure Pipelines, Bitbucket, Buildkite, CircleCI, GitHub, GitLab, Jenkins or TeamCity. */
  get ciBuild(): string | undefined {
    return CI_BUILD.map(read).find(Boolean);
  },
  /** True in a job of GitHub Actions. */
  get isGitHub(): boolean {
    return read('GITHUB_ACTIONS') === 'true';
  },
  /** `GITHUB_STEP_SUMMARY`: the Markdown file that GitHub shows on the page of a job. */
  get stepSummaryFile(): string | undefined {
    return read('GITHUB_STEP_SUMMARY');
  },
  /** Output folder of Playwright's `html` reporter (`PLAYWRIGHT_HTML_OUTPUT_DIR`), and the base URL of its attachments (`PLAYWRIGHT_HTML_ATTACHMENTS_BASE_URL`). */
  get htmlReport(): Record<'folder' | 'attachmentsUrl', string | undefined> {
    return {
      folder: read('PLAYWRIGHT_HTML_OUTPUT_DIR') ?? read('PLAYWRIGHT_HTML_REPORT'),
      attachmentsUrl: read('PLAYWRIGHT_HTML_ATTACHMENTS_BASE_URL'),
    };
  },
  /** `FORCE_COLOR` and `NO_COLOR`; undefined if neither is set: then terminals get colors. */
  get wantsColors(): boolean | undefined {
    const forced = read('FORCE_COLOR');
    if (forced !== undefined) return forced !== '0' && forced !== 'false';
    return read('NO_COLOR') === undefined ? undefined : false;
  },
  /** True with Playwright's Inspector (`--debug` sets `PWDEBUG`): a person debugs, so time limits do not apply. */
  get isDebug(): boolean {
    const value = read('PWDEBUG');
    return value !== undefined && value !== '0' && value !== 'false';
  },
  /** `PLAYWRIGHT_DASHBOARD`: Playwright binds the browsers of its workers, so that `playwright-cli` and its dashboard find them. */
  get hasDashboard(): boolean {
    return read('PLAYWRIGHT_DASHBOARD') !== undefined;
  },
  /** `PLAYWRIGHT_BROWSERS_PATH`: the folder of Playwright's browsers, if it is not the default. Like Playwright, this reads `.npmrc` too. */
  get playwrightBrowsersPath(): string | undefined {
    return (
      read('PLAYWRIGHT_BROWSERS_PATH') ??
      read('npm_config_playwright_browsers_path') ??
      read('npm_package_config_playwright_browsers_path')
    );
  },
  /** `INIT_CWD`: the folder in which npm, pnpm or Yarn was called. Playwright resolves relative paths against it. */
  get initialFolder(): string | undefined {
    return read('INIT_CWD');
  },
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. As in curl, lowercase names take precedence. May contain passwords. */
  get networkProxies(): Record<'http' | 'https' | 'none', string | undefined> {
    return {
      http: read('http_proxy') ?? read('HTTP_PROXY'),
      https: read('https_proxy') ?? read('HTTPS_PROXY'),
      none: read('no_proxy') ?? read('NO_PROXY'),
    };
  },
  /** `PW_TEST_CONNECT_WS_ENDPOINT`: the Playwright server that all tests connect to. It overrides the configuration. */
  get playwrightServer(): string | undefined {
    return read('PW_TEST_CONNECT_WS_ENDPOINT');
  },
  /** `PATH`, not yet split. */
  get path(): string {
    return read('PATH') ?? '';
  },
  /** `XDG_CACHE_HOME`: the user's cache folder on Linux, if not `~/.cache`. */
  get cacheHome(): string | undefined {
    return read('XDG_CACHE_HOME');
  },
  /** The folder for this user's application data: `XDG_DATA_HOME` (else `~/.local/share`), `LOCALAPPDATA` on Windows, `~/Library/Application Support` on macOS. */
  get dataHome(): string {
    if (process.platform === 'win32')
      return read('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local');
    if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
    return read('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share');
  },
  /** The folders in which Windows installs programs, for all users and for this one. Empty on other systems. */
  get programFolders(): string[] {
    return ['LOCALAPPDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)'].flatMap(
      (name) => read(name) ?? [],
    );
  },
  /** Whether there is a display for windows (X11 or Wayland). Only meaningful on Linux. */
  get hasDisplay(): boolean {
    return (read('DISPLAY') ?? read('WAYLAND_DISPLAY')) !== undefined;
  },
};

/**
 * Does work during which Playwright does not open the Inspector, even with `PWDEBUG`, because the test has no context yet. Playwright
 * offers only this variable for it.
 */
export async function withoutInspector<T>(work: () => Promise<T>): Promise<T> {
  const before = process.env['PW_CODEGEN_NO_INSPECTOR'];
  process.env['PW_CODEGEN_NO_INSPECTOR'] = '1';
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env['PW_CODEGEN_NO_INSPECTOR'];
    else process.env['PW_CODEGEN_NO_INSPECTOR'] = before;
  }
}

/** Names of the variables that set the session API. */
export interface ApiNames {
  apiUrl: 'SESSIONWRIGHT_API_URL' | 'NOTTE_API_URL';
  apiKey: 'SESSIONWRIGHT_API_KEY' | 'NOTTE_API_KEY';
}

function apiNames(): ApiNames {
  const hasOwnUrl = read('SESSIONWRIGHT_API_URL') !== undefined;
  const hasOwnKey = read('SESSIONWRIGHT_API_KEY') !== undefined;
  return {
    apiUrl: hasOwnUrl ? 'SESSIONWRIGHT_API_URL' : 'NOTTE_API_URL',
    apiKey: hasOwnUrl || hasOwnKey ? 'SESSIONWRIGHT_API_KEY' : 'NOTTE_API_KEY',
  };
}

/** A shorter value may occur in a text by chance, in characters. */
const MIN_SECRET_LENGTH = 6;

/** Build numbers of CI systems. Names that only one system uses come first. */
const CI_BUILD = [
  'GITHUB_RUN_NUMBER',
  'CI_PIPELINE_IID',
  'BITBUCKET_BUILD_NUMBER',
  'BUILDKITE_BUILD_NUMBER',
  'CIRCLE_BUILD_NUM',
  'BUILD_BUILDNUMBER',
  'BUILD_NUMBER',
];

/** Variables that Playwright sets in each worker. */
export const OF_ONE_WORKER: readonly string[] = ['TEST_WORKER_INDEX', 'TEST_PARALLEL_INDEX'];

/** Variables of the process that starts the host: a debugger, a loader, a worker's index. The host gets the network switches of `NODE_OPTIONS`. */
const NOT_FOR_THE_HOST = ['NODE_OPTIONS', 'NODE_INSPECT_RESUME_ON_START', ...OF_ONE_WORKER];

/** `use` of the configuration that doctor generates. */
export const DOCTOR_USE = 'SESSIONWRIGHT_DOCTOR_USE';

/** Variables that a browser does not need. */
const NOT_FOR_BROWSERS = [
  ...NOT_FOR_THE_HOST,
  DOCTOR_USE,
  'SESSIONWRIGHT_API_KEY',
  'NOTTE_API_KEY',
  'SELENIUM_REMOTE_URL',
  'SELENIUM_REMOTE_CAPABILITIES',
  'SELENIUM_REMOTE_HEADERS',
  'SESSIONWRIGHT_CDP_URL',
  'SESSIONWRIGHT_CDP_HEADERS',
  'SESSIONWRIGHT_PROVIDER_OPTIONS',
];

/** Network switches of `NODE_OPTIONS`: trusted certificates, TLS, DNS order. Every process that calls an API needs them. */
const OF_NETWORK =
  /^--(?:use-[a-z]+-ca|use-env-proxy|tls-|openssl-|dns-result-order|(?:no-)?network-family-autoselection)/;

/** The loaders of Yarn's Plug'n'Play (`.pnp.cjs`, `.pnp.loader.mjs`). Without `node_modules`, they find the packages. */
const OF_PNP = /^--(?:require|import|loader|experimental-loader)$|^-r$/;
const PNP_FILE = /[\\/]\.pnp\.(?:cjs|js|loader\.mjs)"?$/;

/** The environment for the run's host: without variables that only concern this process. */
export function hostEnvironment(): Record<string, string> {
  return { ...inheritWithout(NOT_FOR_THE_HOST), ...nodeOptions(OF_NETWORK) };
}

/** The part of `NODE_OPTIONS` that another Node process needs: the wanted switches with their values, and Plug'n'Play's loaders. */
function nodeOptions(wanted?: RegExp): { NODE_OPTIONS?: string } {
  const words = (read('NODE_OPTIONS') ?? '').match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  const isPnp = process.versions['pnp'] !== undefined;
  const kept = words.filter((word, at) => {
    const [before = '', after = ''] = [words[at - 1], words[at + 1]];
    const isValue = !word.startsWith('-');
    if (wanted?.test(isValue ? before : word) === true) return true;
    if (!isPnp) return false;
    if (isValue) return OF_PNP.test(before) && PNP_FILE.test(word);
    const [name = '', value = after] = word.split(/=(.*)/s);
    return OF_PNP.test(name) && PNP_FILE.test(value);
  });
  return kept.length > 0 ? { NODE_OPTIONS: kept.join(' ') } : {};
}

/** The environment for a browser: without keys, and without variables that only concern this process. */
export function browserEnvironment(): Record<string, string> {
  return inheritWithout(NOT_FOR_BROWSERS);
}

/**
 * The same for a headless browser without a GPU. Chromium would ask the display of these variables for a renderer, and never paint if
 * that display does not exist.
 */
export function unseenBrowserEnvironment(): Record<string, string> {
  return inheritWithout([...NOT_FOR_BROWSERS, 'DISPLAY', 'WAYLAND_DISPLAY']);
}

/** The environment for a process that does heavy work, such as converting a page's HTML: without keys and debugger. */
export function workEnvironment(): Record<string, string> {
  return { ...inheritWithout(NOT_FOR_BROWSERS), ...nodeOptions() };
}

/**
 * The environment for remote Playwright: as for a browser, and without the Inspector. Its temporary files, and the list of endpoints that
 * it keeps in the user's cache folder, go into a folder of ours.
 * @param browsers - the folder of Playwright's browsers, which is in that cache folder by default
 */
export function playwrightEnvironment(folder: string, browsers: string): Record<string, string> {
  return {
    ...inheritWithout([...NOT_FOR_BROWSERS, 'PWDEBUG']),
    ...nodeOptions(),
    ...Object.fromEntries(
      ['TMPDIR', 'TEMP', 'TMP', 'XDG_CACHE_HOME', 'LOCALAPPDATA'].map((name) => [name, folder]),
    ),
    ...(process.platform === 'darwin' && { HOME: folder }), // contains the cache folder
    PWTEST_SERVER_REGISTRY: folder,
    PLAYWRIGHT_BROWSERS_PATH: browsers,
  };
}

/**
 * The environment for a Playwright of the suite: all of it.
 * @param reporter - a reporter that it loads in addition
 * @param use - for the configuration that doctor generates, as JSON. May contain secrets, so it is in no file
 */
export function suiteEnvironment({
  reporter,
  use,
}: {
  reporter?: string | undefined;
  use?: string | undefined;
}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(reporter !== undefined && { PW_TEST_REPORTER: reporter }),
    ...(use !== undefined && { [DOCTOR_USE]: use }),
  };
}

function read(name: string): string | undefined {
  return process.env[name] || undefined;
}

function inheritWithout(names: readonly string[]): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries.filter(([name]) => !names.includes(name)));
}
