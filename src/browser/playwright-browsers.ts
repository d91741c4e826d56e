/** Where the installed Playwright keeps its Chromium. Reads its list of revisions, since loading Playwright would take 300 ms. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { environment } from '../options/environment';

interface BrowserList {
  browsers: { name: string; revision: string }[];
}

/** How Playwright's downloads call each platform. As its `EXECUTABLE_PATHS` since 1.57. */
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
 * Where the browsers of a Playwright are, in order: without a window its headless shell comes first, as in Playwright itself.
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
