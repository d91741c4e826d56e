/** Where Chrome, Edge and Chromium are installed on Linux, macOS and Windows. Tables and their lookup; looks at no file. */
import { posix, win32 } from 'node:path';
import { environment } from '../options/environment';

interface Places {
  /** Full paths, or names to look up in `PATH`. */
  linux: readonly string[];
  darwin: readonly string[];
  /** Below each of the folders for programs. */
  win32: readonly string[];
}

/** Where Chrome is. A preview has its own names: in file names on Linux, and in folders on macOS and Windows. */
function chrome(linux = '', preview = '', windows = preview): Places {
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

/** Where Edge is, as {@link chrome}. */
function edge(linux = '', preview = '', windows = preview): Places {
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
 * Channels by the names Playwright gives them. In the order in which a browser is looked for when none is named.
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
} satisfies Record<string, Places>;

/**
 * Chromium's headless shell, as Debian packages it. No channel: it is what is taken when no window is wanted. Its command in `/usr/bin` is a
 * shell script that stays between a browser and who ends it.
 */
const HEADLESS_SHELL: Places = {
  linux: ['/usr/lib/chromium/chromium-headless-shell'],
  darwin: [],
  win32: [],
};

/** A channel that has its places. */
export type Channel = keyof typeof CHANNELS;

/** Every known channel. */
export const CHANNEL_NAMES = Object.keys(CHANNELS) as Channel[];

/** Searched in this order when no channel is named. Previews are only used when asked for. */
export const SYSTEM_CHANNELS: readonly Channel[] = ['chrome', 'msedge', 'chromium'];

/** True for the name of a known channel. */
export function isChannel(name: string): name is Channel {
  return Object.hasOwn(CHANNELS, name);
}

/** Every path at which a channel's executable may be on this machine, in order. */
export function channelPaths(channel: Channel): string[] {
  return pathsOf(CHANNELS[channel]);
}

/** Every path at which a headless shell may be. */
export function headlessShellPaths(): string[] {
  return pathsOf(HEADLESS_SHELL);
}

function pathsOf(places: Places): string[] {
  if (process.platform === 'darwin') return [...places.darwin];
  if (process.platform === 'win32')
    return environment.programFolders.flatMap((folder) =>
      places.win32.map((place) => win32.join(folder, place)),
    );
  return [
    ...new Set(
      places.linux.flatMap((place) => (posix.isAbsolute(place) ? [place] : inPath(place))),
    ),
  ];
}

function inPath(name: string): string[] {
  return environment.path
    .split(posix.delimiter)
    .filter(Boolean)
    .map((folder) => posix.join(folder, name));
}
