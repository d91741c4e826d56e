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

/**
 * Channels by the names Playwright gives them. In the order in which a browser is looked for when none is named.
 * @see https://playwright.dev/docs/browsers#google-chrome--microsoft-edge
 */
const CHANNELS = {
  chrome: {
    linux: ['/opt/google/chrome/chrome', 'google-chrome-stable', 'google-chrome'],
    darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
    win32: ['Google\\Chrome\\Application\\chrome.exe'],
  },
  msedge: {
    linux: ['/opt/microsoft/msedge/msedge', 'microsoft-edge-stable', 'microsoft-edge'],
    darwin: ['/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge'],
    win32: ['Microsoft\\Edge\\Application\\msedge.exe'],
  },
  chromium: {
    linux: [
      'chromium',
      'chromium-browser',
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/lib/chromium/chromium',
      '/snap/bin/chromium',
    ],
    darwin: ['/Applications/Chromium.app/Contents/MacOS/Chromium'],
    win32: ['Chromium\\Application\\chrome.exe'],
  },
  'chrome-beta': {
    linux: ['/opt/google/chrome-beta/chrome', 'google-chrome-beta'],
    darwin: ['/Applications/Google Chrome Beta.app/Contents/MacOS/Google Chrome Beta'],
    win32: ['Google\\Chrome Beta\\Application\\chrome.exe'],
  },
  'chrome-dev': {
    linux: ['/opt/google/chrome-unstable/chrome', 'google-chrome-unstable'],
    darwin: ['/Applications/Google Chrome Dev.app/Contents/MacOS/Google Chrome Dev'],
    win32: ['Google\\Chrome Dev\\Application\\chrome.exe'],
  },
  'chrome-canary': {
    linux: ['/opt/google/chrome-canary/chrome', 'google-chrome-canary'],
    darwin: ['/Applications/Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary'],
    win32: ['Google\\Chrome SxS\\Application\\chrome.exe'],
  },
  'msedge-beta': {
    linux: ['/opt/microsoft/msedge-beta/msedge', 'microsoft-edge-beta'],
    darwin: ['/Applications/Microsoft Edge Beta.app/Contents/MacOS/Microsoft Edge Beta'],
    win32: ['Microsoft\\Edge Beta\\Application\\msedge.exe'],
  },
  'msedge-dev': {
    linux: ['/opt/microsoft/msedge-dev/msedge', 'microsoft-edge-dev'],
    darwin: ['/Applications/Microsoft Edge Dev.app/Contents/MacOS/Microsoft Edge Dev'],
    win32: ['Microsoft\\Edge Dev\\Application\\msedge.exe'],
  },
  'msedge-canary': {
    linux: [],
    darwin: ['/Applications/Microsoft Edge Canary.app/Contents/MacOS/Microsoft Edge Canary'],
    win32: ['Microsoft\\Edge SxS\\Application\\msedge.exe'],
  },
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

/** Every path at which a channel's executable may lie on this machine, in order. */
export function channelPaths(channel: Channel): string[] {
  return pathsOf(CHANNELS[channel]);
}

/** The same of the headless shell. */
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
