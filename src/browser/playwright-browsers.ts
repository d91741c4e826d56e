/** Where the installed Playwright keeps its Chromium. Reads its small list of revisions: loading the whole of Playwright would take 300 ms. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { environment } from '../options/environment';

interface BrowserList {
  browsers: { name: string; revision: string }[];
}

/** Folder and file inside a downloaded browser, by `platform-arch`. Playwright's `EXECUTABLE_PATHS`; the older names served until 1.56. */
const CHROMIUM_FILES: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['chrome-linux64/chrome', 'chrome-linux/chrome'],
  'linux-arm64': ['chrome-linux-arm64/chrome', 'chrome-linux/chrome'],
  'darwin-x64': [
    'chrome-mac-x64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  ],
  'darwin-arm64': [
    'chrome-mac-arm64/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
  ],
  'win32-x64': ['chrome-win64/chrome.exe', 'chrome-win/chrome.exe'],
};

const HEADLESS_SHELL_FILES: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': [
    'chrome-headless-shell-linux64/chrome-headless-shell',
    'chrome-linux/headless_shell',
  ],
  'linux-arm64': [
    'chrome-headless-shell-linux-arm64/chrome-headless-shell',
    'chrome-linux/headless_shell',
  ],
  'darwin-x64': [
    'chrome-headless-shell-mac-x64/chrome-headless-shell',
    'chrome-mac/headless_shell',
  ],
  'darwin-arm64': [
    'chrome-headless-shell-mac-arm64/chrome-headless-shell',
    'chrome-mac/headless_shell',
  ],
  'win32-x64': [
    'chrome-headless-shell-win64/chrome-headless-shell.exe',
    'chrome-win/headless_shell.exe',
  ],
};

/** A Playwright that is installed. */
export interface InstalledPlaywright {
  /** Of its `playwright-core`, which has the browsers. */
  folder: string;
  version: string;
}

/**
 * The Playwright of whoever runs tests, which is our peer: it wants other browsers than a `playwright-core` of ours, which a lock file
 * may keep at another version. Ours counts where there is no peer, as for a session server alone. Undefined where there is none at all.
 * @param from - the module whose packages are looked at. @default this one
 */
export function installedPlaywright(
  from: string | URL = import.meta.url,
): InstalledPlaywright | undefined {
  const file =
    resolveChain(from, ['@playwright/test', 'playwright', 'playwright-core']) ??
    resolveChain(from, ['playwright-core']);
  if (file === undefined) return undefined;
  const { version } = createRequire(file)(file) as { version: string };
  return { folder: dirname(file), version };
}

/**
 * The paths at which the browser of a Playwright may lie, in order: without a window its headless shell comes first, as in Playwright itself.
 * Empty when no Playwright is installed.
 */
export async function playwrightPaths(
  { headless }: { headless: boolean },
  playwright = installedPlaywright(),
): Promise<string[]> {
  if (!playwright) return [];
  const revisions = await readRevisions(playwright);
  const platform = `${process.platform}-${process.arch}`;
  const folder = browsersFolder(playwright.folder);
  const paths = (name: string, files: readonly string[]): string[] => {
    const revision = revisions.get(name);
    return revision === undefined
      ? []
      : files.map((file) => join(folder, `${name.replaceAll('-', '_')}-${revision}`, file));
  };
  const shell = headless
    ? paths('chromium-headless-shell', HEADLESS_SHELL_FILES[platform] ?? [])
    : [];
  return [...shell, ...paths('chromium', CHROMIUM_FILES[platform] ?? [])];
}

/** Which Chromium a Playwright wants, and where, in words; undefined when no Playwright is installed. */
export async function playwrightWants(
  playwright = installedPlaywright(),
): Promise<string | undefined> {
  if (!playwright) return undefined;
  const revision = (await readRevisions(playwright)).get('chromium') ?? 'of no revision';
  return `Playwright ${playwright.version} looks for its Chromium ${revision} in ${browsersFolder(playwright.folder)}`;
}

/** Where the installed Playwright keeps its browsers; undefined when none is installed. */
export function playwrightBrowsersFolder(): string | undefined {
  const playwright = installedPlaywright();
  return playwright && browsersFolder(playwright.folder);
}

/** The `package.json` of the last of these packages, each as the one before it finds it. */
function resolveChain(from: string | URL, names: readonly string[]): string | undefined {
  try {
    return names.reduce<string | URL>(
      (file, name) => createRequire(file).resolve(`${name}/package.json`),
      from,
    ) as string;
  } catch {
    return undefined; // one of them is not installed
  }
}

async function readRevisions({ folder }: InstalledPlaywright): Promise<Map<string, string>> {
  const { browsers } = JSON.parse(
    await readFile(join(folder, 'browsers.json'), 'utf8'),
  ) as BrowserList;
  return new Map(browsers.map(({ name, revision }) => [name, revision]));
}

/** @see https://playwright.dev/docs/browsers#managing-browser-binaries */
function browsersFolder(packageFolder: string): string {
  const chosen = environment.playwrightBrowsersPath;
  if (chosen === '0') return join(packageFolder, '.local-browsers');
  const folder = chosen ?? join(cacheFolder(), 'ms-playwright');
  return resolve(environment.initialFolder ?? process.cwd(), folder);
}

function cacheFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return join(homedir(), 'AppData', 'Local');
  return environment.cacheHome ?? join(homedir(), '.cache');
}
