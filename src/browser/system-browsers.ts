/** Where Chrome, Edge and Chromium are installed on Linux, macOS and Windows. Reads no files. */
import { posix, win32 } from 'node:path';
import { environment } from '../options/environment';

interface Locations {
  /** Full paths, or names to look up in `PATH`. */
  linux: readonly string[];
  darwin: readonly string[];
  /** Below each of the folders for programs. */
  win32: readonly string[];
}

/** The paths of Chrome. A preview has its own names: in file names on Linux, and in folders on macOS and Windows. */
function chrome(linux = '', preview = '', windows = preview): Locations {
  return {
    linux: [
      `/opt/google/chrome${linux}/chrome`,
      ...(linux === '' ? ['google-chrome-stable'] : []),
      `google-chrome${linux}`,
    ],
    darwin: macApp(`Google Chrome${preview}`),
    win32: [`Google\\Chrome${windows}\\Application\\chrome.exe`],
  };
}

/** The paths of Edge, as {@link chrome}. */
function edge(linux = '', preview = '', windows = preview): Locations {
  return {
    linux: [
      `/opt/microsoft/msedge${linux}/msedge`,
      ...(linux === '' ? ['microsoft-edge-stable'] : []),
      `microsoft-edge${linux}`,
    ],
    darwin: macApp(`Microsoft Edge${preview}`),
    win32: [`Microsoft\\Edge${windows}\\Application\\msedge.exe`],
  };
}

function macApp(name: string): string[] {
  return [`/Applications/${name}.app/Contents/MacOS/${name}`];
}

/**
 * Channels by Playwright's names.
 * @see https://playwright.dev/docs/browsers#google-chrome--microsoft-edge
 */
const CHANNELS = {
  chrome: chrome(),
  msedge: edge(),
  chromium: {
    linux: [
      'chromium',
      'chromium-browser',
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/lib/chromium/chromium',
      '/snap/bin/chromium',
    ],
    darwin: macApp('Chromium'),
    win32: ['Chromium\\Application\\chrome.exe'],
  },
  'chrome-beta': chrome('-beta', ' Beta'),
  'chrome-dev': chrome('-unstable', ' Dev'),
  'chrome-canary': chrome('-canary', ' Canary', ' SxS'),
  'msedge-beta': edge('-beta', ' Beta'),
  'msedge-dev': edge('-dev', ' Dev'),
  'msedge-canary': edge('-canary', ' Canary', ' SxS'),
} satisfies Record<string, Locations>;

/** Debian's headless shell of Chromium. Its command in `/usr/bin` is a shell script, which would be the parent of the browser. */
const HEADLESS_SHELL: Locations = {
  linux: ['/usr/lib/chromium/chromium-headless-shell'],
  darwin: [],
  win32: [],
};

/** A known channel. */
export type Channel = keyof typeof CHANNELS;

/** Every known channel. */
export const CHANNEL_NAMES = Object.keys(CHANNELS) as Channel[];

/** Searched in this order if no channel is named. Previews must be named. */
export const SYSTEM_CHANNELS: readonly Channel[] = ['chrome', 'msedge', 'chromium'];

/** True for the name of a known channel. */
export function isChannel(name: string): name is Channel {
  return Object.hasOwn(CHANNELS, name);
}

/** The paths where a channel's executable may be on this machine, in order. */
export function channelPaths(channel: Channel): string[] {
  return pathsOf(CHANNELS[channel]);
}

/** The paths where a headless shell may be. */
export function headlessShellPaths(): string[] {
  return pathsOf(HEADLESS_SHELL);
}

function pathsOf(locations: Locations): string[] {
  if (process.platform === 'darwin') return [...locations.darwin];
  if (process.platform === 'win32')
    return environment.programFolders.flatMap((folder) =>
      locations.win32.map((name) => win32.join(folder, name)),
    );
  return [
    ...new Set(locations.linux.flatMap((name) => (posix.isAbsolute(name) ? [name] : inPath(name)))),
  ];
}

function inPath(name: string): string[] {
  return environment.path
    .split(posix.delimiter)
    .filter(Boolean)
    .map((folder) => posix.join(folder, name));
}
