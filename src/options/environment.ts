/** The only reader of the environment, but for `DEBUG` (`src/base/log.ts`). Everybody else asks here, so what the package listens to can be read in one place. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * What the environment says, read anew at each access. A variable that is set to nothing counts as not set.
 * Nothing of it is logged or shown, and nothing written but for {@link withoutInspector}.
 */
export const environment = {
  /**
   * The key of the session API: `SESSIONWRIGHT_API_KEY`, else `NOTTE_API_KEY`, as the cloud's own clients read it. The cloud's key is
   * never sent to the server that `SESSIONWRIGHT_API_URL` names.
   */
  get apiKey(): string | undefined {
    return read(apiNames().apiKey);
  },
  /** The base URL of the session API: `SESSIONWRIGHT_API_URL`, else `NOTTE_API_URL`, as the cloud's own clients read it. */
  get apiUrl(): string | undefined {
    return read(apiNames().apiUrl);
  },
  /** Which variables name the API and its key: to tell users what to correct. */
  get apiNames(): ApiNames {
    return apiNames();
  },
  /** What to tell users when variables for two APIs are set; undefined when they are not. */
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
  /** `SESSIONWRIGHT_EXECUTABLE_PATH`: the Chromium for embedded sessions. It wins over every other way to find one. */
  get executablePath(): string | undefined {
    return read('SESSIONWRIGHT_EXECUTABLE_PATH');
  },
  /** `SELENIUM_REMOTE_URL`: the Selenium Grid for embedded sessions, as Playwright reads it. May hold a password. */
  get gridUrl(): string | undefined {
    return read('SELENIUM_REMOTE_URL');
  },
  /** `SELENIUM_REMOTE_CAPABILITIES`: what each session on the Grid is asked for, as JSON, not yet parsed. */
  get gridCapabilities(): string | undefined {
    return read('SELENIUM_REMOTE_CAPABILITIES');
  },
  /** `SELENIUM_REMOTE_HEADERS`: what each request to the Grid carries, as JSON, not yet parsed. May hold secrets. */
  get gridHeaders(): string | undefined {
    return read('SELENIUM_REMOTE_HEADERS');
  },
  /** True on a CI machine: `CI` is set, and is not `0` or `false`. */
  get isCI(): boolean {
    const value = read('CI')?.toLowerCase();
    return value !== undefined && value !== '0' && value !== 'false';
  },
  /** Number of the build, as Azure Pipelines, Bitbucket, Buildkite, CircleCI, GitHub, GitLab, Jenkins and TeamCity name it. */
  get ciBuild(): string | undefined {
    return CI_BUILD.map(read).find(Boolean);
  },
  /** True in a job of GitHub Actions. */
  get isGitHub(): boolean {
    return read('GITHUB_ACTIONS') === 'true';
  },
  /** `GITHUB_STEP_SUMMARY`: the file whose Markdown GitHub shows on the page of a job. */
  get stepSummaryFile(): string | undefined {
    return read('GITHUB_STEP_SUMMARY');
  },
  /** Where Playwright's `html` reporter writes (`PLAYWRIGHT_HTML_OUTPUT_DIR`), and where its attachments are read, if elsewhere (`PLAYWRIGHT_HTML_ATTACHMENTS_BASE_URL`). */
  get htmlReport(): Record<'folder' | 'attachmentsUrl', string | undefined> {
    return {
      folder: read('PLAYWRIGHT_HTML_OUTPUT_DIR') ?? read('PLAYWRIGHT_HTML_REPORT'),
      attachmentsUrl: read('PLAYWRIGHT_HTML_ATTACHMENTS_BASE_URL'),
    };
  },
  /** Whether colours are asked for (`FORCE_COLOR`) or unwanted (`NO_COLOR`); undefined: a terminal has them. */
  get wantsColours(): boolean | undefined {
    const forced = read('FORCE_COLOR');
    if (forced !== undefined) return forced !== '0' && forced !== 'false';
    return read('NO_COLOR') === undefined ? undefined : false;
  },
  /** True when Playwright's inspector was asked for (`--debug` sets `PWDEBUG`): somebody watches, so nothing may be hurried. */
  get isDebug(): boolean {
    const value = read('PWDEBUG');
    return value !== undefined && value !== '0' && value !== 'false';
  },
  /** `PLAYWRIGHT_BROWSERS_PATH`: where Playwright keeps its browsers, if not in its default place. Read from `.npmrc` too, as by Playwright. */
  get playwrightBrowsersPath(): string | undefined {
    return (
      read('PLAYWRIGHT_BROWSERS_PATH') ??
      read('npm_config_playwright_browsers_path') ??
      read('npm_package_config_playwright_browsers_path')
    );
  },
  /** `INIT_CWD`: where npm, pnpm or Yarn was called, from which Playwright takes a relative folder. */
  get initialFolder(): string | undefined {
    return read('INIT_CWD');
  },
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in small letters too, which win, as in curl. May hold passwords. */
  get networkProxies(): Record<'http' | 'https' | 'none', string | undefined> {
    return {
      http: read('http_proxy') ?? read('HTTP_PROXY'),
      https: read('https_proxy') ?? read('HTTPS_PROXY'),
      none: read('no_proxy') ?? read('NO_PROXY'),
    };
  },
  /** `PW_TEST_CONNECT_WS_ENDPOINT`: the Playwright server that all tests connect to, whatever their configuration says. */
  get playwrightServer(): string | undefined {
    return read('PW_TEST_CONNECT_WS_ENDPOINT');
  },
  /** `PATH`: the folders of the system's commands, not yet split. */
  get path(): string {
    return read('PATH') ?? '';
  },
  /** `XDG_CACHE_HOME`: the user's cache folder on Linux, if not `~/.cache`. */
  get cacheHome(): string | undefined {
    return read('XDG_CACHE_HOME');
  },
  /** Where programs keep data of this user: `XDG_DATA_HOME` (else `~/.local/share`), `LOCALAPPDATA` on Windows, `~/Library/Application Support` on macOS. */
  get dataHome(): string {
    if (process.platform === 'win32')
      return read('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local');
    if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
    return read('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share');
  },
  /** The folders in which Windows programs are installed, for all users and for this one. Empty elsewhere. */
  get programFolders(): string[] {
    return ['LOCALAPPDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)'].flatMap(
      (name) => read(name) ?? [],
    );
  },
  /** True when there is a display to show a window on (X11 or Wayland); means something on Linux only. */
  get hasDisplay(): boolean {
    return (read('DISPLAY') ?? read('WAYLAND_DISPLAY')) !== undefined;
  },
};

/**
 * Does some work during which Playwright opens no Inspector, whatever `PWDEBUG` says: a test has no context yet. Playwright knows no
 * other way to say it than this variable.
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

/** Names of the variables that name the session API. */
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

/** Where CI systems say which build it is: those first that nobody else sets. */
const CI_BUILD = [
  'GITHUB_RUN_NUMBER',
  'CI_PIPELINE_IID',
  'BITBUCKET_BUILD_NUMBER',
  'BUILDKITE_BUILD_NUMBER',
  'CIRCLE_BUILD_NUM',
  'BUILD_BUILDNUMBER',
  'BUILD_NUMBER',
];

/** What Playwright sets in the environment of each worker: its place among the others. */
export const OF_ONE_WORKER: readonly string[] = ['TEST_WORKER_INDEX', 'TEST_PARALLEL_INDEX'];

/** Variables that belong to the process that started the host: a debugger, a loader, one worker's place. Of `NODE_OPTIONS` it gets what is about the network. */
const NOT_FOR_THE_HOST = ['NODE_OPTIONS', 'NODE_INSPECT_RESUME_ON_START', ...OF_ONE_WORKER];

/** Variables that no web page's process needs to know. */
const NOT_FOR_BROWSERS = [
  ...NOT_FOR_THE_HOST,
  'SESSIONWRIGHT_API_KEY',
  'NOTTE_API_KEY',
  'SELENIUM_REMOTE_URL',
  'SELENIUM_REMOTE_CAPABILITIES',
  'SELENIUM_REMOTE_HEADERS',
];

/** What of `NODE_OPTIONS` is about the network, and so for whoever calls an API: whose certificates are trusted, and which addresses are taken. */
const OF_NETWORK =
  /^--(?:use-[a-z]+-ca|use-env-proxy|tls-|openssl-|dns-result-order|(?:no-)?network-family-autoselection)/;

/** The loaders of Yarn's Plug'n'Play (`.pnp.cjs`, `.pnp.loader.mjs`), without which no package is found where there is no `node_modules`. */
const OF_PNP = /^--(?:require|import|loader|experimental-loader)$|^-r$/;
const PNP_FILE = /[\\/]\.pnp\.(?:cjs|js|loader\.mjs)"?$/;

/** The environment for the run's host: this process's, without what concerns only this process. */
export function hostEnvironment(): Record<string, string> {
  return { ...inheritWithout(NOT_FOR_THE_HOST), ...nodeOptions(OF_NETWORK) };
}

/** What of `NODE_OPTIONS` another Node process needs: such switches with their values, and what finds its packages. */
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

/** The environment for a browser: this process's, without keys and without what concerns only this process. */
export function browserEnvironment(): Record<string, string> {
  return inheritWithout(NOT_FOR_BROWSERS);
}

/**
 * The same for a browser without windows and without a GPU. Chromium would ask a display that is named here for what draws its
 * pages, and where there is none behind the name, draw nothing for ever.
 */
export function unseenBrowserEnvironment(): Record<string, string> {
  return inheritWithout([...NOT_FOR_BROWSERS, 'DISPLAY', 'WAYLAND_DISPLAY']);
}

/** The environment for a process that does heavy work, such as on the text of a page: without keys, and without a debugger. */
export function workEnvironment(): Record<string, string> {
  return { ...inheritWithout(NOT_FOR_BROWSERS), ...nodeOptions() };
}

/**
 * The environment for the Playwright beside a session's browser: as for a browser, and without an Inspector. What it writes on its own
 * (files in passing, and a note of each endpoint in the user's cache folder, by which tools find it) goes into a folder of ours.
 * @param browsers - where Playwright keeps its browsers, which it looks for in that cache folder otherwise
 */
export function playwrightEnvironment(folder: string, browsers: string): Record<string, string> {
  return {
    ...inheritWithout([...NOT_FOR_BROWSERS, 'PWDEBUG']),
    ...nodeOptions(),
    ...Object.fromEntries(
      ['TMPDIR', 'TEMP', 'TMP', 'XDG_CACHE_HOME', 'LOCALAPPDATA'].map((name) => [name, folder]),
    ),
    ...(process.platform === 'darwin' && { HOME: folder }), // its cache folder lies there
    PWTEST_SERVER_REGISTRY: folder,
    PLAYWRIGHT_BROWSERS_PATH: browsers,
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
