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

/**
 * The paths at which the installed Playwright's browser may lie, in order: without a window its headless shell comes first, as in Playwright itself.
 * Empty when no Playwright is installed.
 */
export async function playwrightPaths(options: { headless: boolean }): Promise<string[]> {
  const packageFolder = playwrightFolder();
  if (packageFolder === undefined) return [];
  const { browsers } = JSON.parse(
    await readFile(join(packageFolder, 'browsers.json'), 'utf8'),
  ) as BrowserList;
  const platform = `${process.platform}-${process.arch}`;
  const folder = browsersFolder(packageFolder);
  const paths = (name: string, files: readonly string[]): string[] => {
    const revision = browsers.find((browser) => browser.name === name)?.revision;
    return revision === undefined
      ? []
      : files.map((file) => join(folder, `${name.replaceAll('-', '_')}-${revision}`, file));
  };
  const shell = options.headless
    ? paths('chromium-headless-shell', HEADLESS_SHELL_FILES[platform] ?? [])
    : [];
  return [...shell, ...paths('chromium', CHROMIUM_FILES[platform] ?? [])];
}

/** Where the installed Playwright keeps its browsers; undefined when none is installed. */
export function playwrightBrowsersFolder(): string | undefined {
  const packageFolder = playwrightFolder();
  return packageFolder === undefined ? undefined : browsersFolder(packageFolder);
}

function playwrightFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'));
  } catch {
    return undefined; // not installed: then there is no browser of it either
  }
}

/** @see https://playwright.dev/docs/browsers#managing-browser-binaries */
function browsersFolder(packageFolder: string): string {
  const chosen = environment.playwrightBrowsersPath;
  if (chosen === '0') return join(packageFolder, '.local-browsers');
  return chosen === undefined ? join(cacheFolder(), 'ms-playwright') : resolve(chosen);
}

function cacheFolder(): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return join(homedir(), 'AppData', 'Local');
  return environment.cacheHome ?? join(homedir(), '.cache');
}
