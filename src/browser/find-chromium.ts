/** Finds the Chromium to start: the named one, else the installed Playwright's, else the system's. Without a window, a headless shell comes first. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { BrowserNotFoundError } from '../contract/errors';
import { environment } from '../options/environment';
import { playwrightPaths, playwrightWants } from './playwright-browsers';
import {
  CHANNEL_NAMES,
  SYSTEM_CHANNELS,
  channelPaths,
  headlessShellPaths,
  isChannel,
} from './system-browsers';

/** What to look for. */
export interface FindOptions {
  /** Only this file. `SESSIONWRIGHT_EXECUTABLE_PATH` wins over it. */
  executablePath?: string | undefined;
  /** A browser of the system, such as `chrome` or `msedge`. `chromium` and its alias `chrome-for-testing` also mean Playwright's. */
  channel?: string | undefined;
  /** False if it needs a window: then a headless shell is not enough. @default true */
  headless?: boolean | undefined;
}

/** A browser that exists. */
export interface FoundBrowser {
  /** Absolute path of the executable. */
  executablePath: string;
  /** Where it was found. */
  source: 'SESSIONWRIGHT_EXECUTABLE_PATH' | 'option' | 'playwright' | 'system';
}

type Source = FoundBrowser['source'];

/**
 * Finds an executable in the documented order: environment, `executablePath`, `channel`, Playwright's browser, the system's headless shell, Chrome, Edge, Chromium.
 * A named browser is used or refused; no other one replaces it.
 * @throws {@link BrowserNotFoundError} with every path that was tried and the command that fixes it
 */
export async function findChromium(options: FindOptions = {}): Promise<FoundBrowser> {
  const tried: string[] = [];
  for (const [source, path] of await candidates(options)) {
    if (await isExecutable(path)) return { executablePath: path, source };
    tried.push(path);
  }
  throw new BrowserNotFoundError(await notFoundMessage(options, tried), { tried });
}

/** Playwright's names for its headless shell, which comes first anyway, and for its Chromium. */
const ALIASES: Readonly<Record<string, string | undefined>> = {
  'chromium-headless-shell': undefined,
  'chrome-for-testing': 'chromium',
};

function channelOf(named: string | undefined): string | undefined {
  return named !== undefined && Object.hasOwn(ALIASES, named) ? ALIASES[named] : named;
}

async function candidates({
  executablePath,
  channel: named,
  headless = true,
}: FindOptions): Promise<[Source, string][]> {
  const channel = channelOf(named);
  if (environment.executablePath !== undefined)
    return [['SESSIONWRIGHT_EXECUTABLE_PATH', environment.executablePath]];
  if (executablePath !== undefined) return [['option', executablePath]];
  if (channel !== undefined && channel !== 'chromium')
    return isChannel(channel) ? from('option', channelPaths(channel)) : [];
  const isShellEnough = headless && channel === undefined;
  const playwright = await playwrightPaths({ headless: isShellEnough });
  const channels = channel === undefined ? SYSTEM_CHANNELS : (['chromium'] as const);
  const system = [
    ...(isShellEnough ? headlessShellPaths() : []),
    ...channels.flatMap(channelPaths),
  ];
  return [...from('playwright', playwright), ...from('system', system)];
}

function from(source: Source, paths: string[]): [Source, string][] {
  return paths.map((path) => [source, path]);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function notFoundMessage(options: FindOptions, tried: readonly string[]): Promise<string> {
  if (environment.executablePath !== undefined)
    return `SESSIONWRIGHT_EXECUTABLE_PATH names ${environment.executablePath}, which is not an executable file. Correct or unset it.`;
  if (options.executablePath !== undefined)
    return `The browser's executablePath ${options.executablePath} is not an executable file. Correct it, or leave it out to let a browser be found.`;
  const channel = channelOf(options.channel);
  if (channel !== undefined && !isChannel(channel))
    return `There is no browser channel '${channel}'. Known: ${CHANNEL_NAMES.join(', ')}.`;
  const isPlaywrights = channel === undefined || channel === 'chromium';
  const wants = isPlaywrights ? await playwrightWants() : undefined;
  return [
    `No ${channel ?? 'Chromium, Chrome or Edge'} was found in any of the ${tried.length} usual places${wants === undefined ? '' : `; ${wants}`}.`,
    `Install one with \`npx playwright install ${channel ?? 'chromium'}\`, or name yours in SESSIONWRIGHT_EXECUTABLE_PATH.`,
  ].join(' ');
}
