/** Where the installed Playwright keeps its Chromium. Reads Playwright's list of revisions, because loading Playwright takes 300 ms. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { environment } from '../options/environment';

interface BrowserList {
  browsers: { name: string; revision: string }[];
}

/** Playwright's names for platforms in its downloads (`EXECUTABLE_PATHS` since 1.57). */
const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'mac-x64',
  'darwin-arm64': 'mac-arm64',
  'win32-x64': 'win64',
};

/** Chromium's executable in its folder, by platform. */
const CHROMIUM_FILES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
  win32: 'chrome.exe',
};

/** An installed Playwright. */
export interface InstalledPlaywright {
  /** The folder of its `playwright-core`, which has the browsers. */
  folder: string;
  version: string;
}

/**
 * The Playwright that runs the tests (our peer dependency), else our own `playwright-core`, as for a session server. A lock file may keep
 * ours at another version, which needs other browsers. Undefined if neither is installed.
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
 * The paths of a Playwright's browsers, in order. Without a window its headless shell comes first, as in Playwright itself.
 * Empty if no Playwright is installed.
 */
export async function playwrightPaths(
  { headless }: { headless: boolean },
  playwright = installedPlaywright(),
): Promise<string[]> {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  if (!playwright || platform === undefined) return [];
  const revisions = await readRevisions(playwright);
  const folder = browsersFolder(playwright.folder);
  const pathOf = (name: string, file: string): string[] => {
    const revision = revisions.get(name);
    return revision === undefined
      ? []
      : [join(folder, `${name.replaceAll('-', '_')}-${revision}`, file)];
  };
  const shell = `chrome-headless-shell-${platform}/chrome-headless-shell${process.platform === 'win32' ? '.exe' : ''}`;
  const chromium = `chrome-${platform}/${CHROMIUM_FILES[process.platform] ?? 'chrome'}`;
  return [
    ...(headless ? pathOf('chromium-headless-shell', shell) : []),
    ...pathOf('chromium', chromium),
  ];
}

/** Which Chromium a Playwright needs, and where, for messages; undefined if no Playwright is installed. */
export async function playwrightWants(
  playwright = installedPlaywright(),
): Promise<string | undefined> {
  if (!playwright) return undefined;
  const revision = (await readRevisions(playwright)).get('chromium') ?? 'of no revision';
  return `Playwright ${playwright.version} looks for its Chromium ${revision} in ${browsersFolder(playwright.folder)}`;
}

/** The folder of the installed Playwright's browsers; undefined if none is installed. */
export function playwrightBrowsersFolder(): string | undefined {
  const playwright = installedPlaywright();
  return playwright && browsersFolder(playwright.folder);
}

/** The `package.json` of the last package. Each one is resolved from the one before. */
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
