/** Opens the browser of a session (our own Chromium, one of a Grid or a provider, or an external one), and prepares it by the session's plan. */
import { withDeadline } from '../../base/deadline';
import type { BrowserConnection, BrowserExit } from '../../browser/browser-connection';
import type { LaunchOptions } from '../../browser/chromium';
import { exitText, launchChromium, type BrowserProcess } from '../../browser/chromium';
import { connectExternal } from '../../browser/browser-connection';
import { SessionTargets } from '../../cdp/session-targets';
import type { RemoteBrowsers } from '../../browser/remote-browsers';
import { isSessionwrightError, SessionwrightError, timedOut } from '../../contract/errors';
import { refused } from '../../contract/refusals';
import { PageSetup } from './page-setup';
import { isFromProcess, networkProcesses, tellsPeers } from './peer-process';
import { checkProxy } from './proxy-check';
import { ProxyRelay, type Doorkeeper } from './proxy-relay';
import type { ExternalProxy, SessionPlan } from './session-plan';
import { proxyUrl } from './session-plan';

/** How long an external browser may take to accept the connection, and to report its version, in milliseconds each. */
const EXTERNAL_TIMEOUT_MS = 5_000;

/** The server's settings for every browser. */
export type LaunchSettings = Pick<
  LaunchOptions,
  'executablePath' | 'channel' | 'args' | 'ignoreDefaultArgs' | 'env' | 'signal'
>;

/** The same, with the source of browsers. */
export type BrowserSettings = LaunchSettings & {
  /** The Grid or the provider that starts browsers. @default none; this machine starts them */
  remote?: RemoteBrowsers | undefined;
};

/** A session's browser, ready for clients. */
export interface SessionBrowser extends BrowserConnection {
  readonly cdpUrl: string;
  /** Headers for every WebSocket to it. Secret. */
  readonly cdpHeaders: Readonly<Record<string, string>>;
  /** Whether it runs on this machine, and reads and writes its files. */
  readonly isLocal: boolean;
  /** Whether each of its pages has its own CDP endpoint. */
  readonly hasPageEndpoints: boolean;
  /** Its pages. */
  readonly targets: SessionTargets;
  /** Why it ended by itself, for messages. */
  readonly whyEnded: (exit: BrowserExit) => string;
  /** Messages for the user, shown once. */
  readonly notices: readonly string[];
  /** Opens a page in the default context, unless one is there: clients look for `contexts()[0].pages()[0]`. */
  readonly ensurePage: () => Promise<void>;
}

/** How long a browser may take to accept its settings, in milliseconds. It runs by then, so a slower one hangs. */
const SETUP_MS = 30_000;

/**
 * Opens the planned browser. The caller closes it, and owns the profile folder.
 * @throws the reason why it did not start. Then nothing is left running
 */
export async function openSessionBrowser(
  plan: SessionPlan,
  settings: BrowserSettings,
  userDataDir: string,
): Promise<SessionBrowser> {
  const { browser, ...rest } = await openBrowser(plan, settings, userDataDir);
  const targets = new SessionTargets(browser.connection);
  const setup = new PageSetup(browser.connection, targets, plan);
  try {
    await withDeadline(setup.apply(), SETUP_MS, () =>
      timedOut('the browser to accept its settings', SETUP_MS),
    );
  } catch (error) {
    await browser.close();
    throw error;
  }
  return {
    ...rest,
    cdpUrl: browser.cdpUrl ?? '',
    ...(browser.dial && { dial: browser.dial }),
    connection: browser.connection,
    targets,
    exited: browser.exited,
    close: browser.close,
    ensurePage: () => setup.ensurePage(),
  };
}

/** A browser, and the properties of its kind. */
type OpenedBrowser = { browser: BrowserConnection } & Pick<
  SessionBrowser,
  'cdpHeaders' | 'isLocal' | 'hasPageEndpoints' | 'whyEnded' | 'notices'
>;

async function openBrowser(
  plan: SessionPlan,
  settings: BrowserSettings,
  userDataDir: string,
): Promise<OpenedBrowser> {
  const { cdpUrl, cdpHeaders = {} } = plan.request;
  const elsewhere = { cdpHeaders: {}, isLocal: false, hasPageEndpoints: true, notices: [] };
  if (cdpUrl !== undefined)
    return {
      ...elsewhere,
      browser: await attach(cdpUrl, cdpHeaders),
      whyEnded: () => 'The connection to the external browser was lost.',
    };
  if (settings.remote)
    return { ...elsewhere, ...(await openRemote(plan, settings, settings.remote)) };
  return {
    ...elsewhere,
    ...(await launch(plan, settings, userDataDir)),
    isLocal: true,
    whyEnded: ({ code, signal, stderr }) => {
      // After a kill, its output is noise.
      const said = signal !== 'SIGKILL' && stderr ? ` It said: ${stderr}` : '';
      return `The browser ended by itself (${exitText({ code, signal })}).${said}`;
    },
  };
}

async function openRemote(
  { request, headless, size, proxy, maxDuration }: SessionPlan,
  { channel, args, ignoreDefaultArgs, signal = new AbortController().signal }: BrowserSettings,
  remote: RemoteBrowsers,
): Promise<Pick<OpenedBrowser, 'browser' | 'cdpHeaders' | 'hasPageEndpoints' | 'whyEnded'>> {
  const browser = await remote.open(
    {
      headless,
      channel,
      args,
      ignoreDefaultArgs,
      chromeArgs: request.args,
      userAgent: request.userAgent,
      windowSize: size,
      proxy: proxy && { server: proxy.server, bypass: proxy.bypass },
      maxDurationMs: maxDuration,
    },
    signal,
  );
  return {
    browser,
    cdpHeaders: browser.cdpHeaders,
    hasPageEndpoints: remote.kind === 'provider',
    whyEnded: () => remote.whyEnded,
  };
}

/** Connects to an external browser. Its URL may contain secrets, so messages only show its host. */
async function attach(
  cdpUrl: string,
  headers: Readonly<Record<string, string>>,
): Promise<BrowserConnection> {
  try {
    return await connectExternal(cdpUrl, {
      headers: { ...headers },
      timeoutMs: EXTERNAL_TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof SessionwrightError)) throw error;
    throw refused('This session server cannot start such a session', [
      { path: 'cdp_url', message: error.message },
    ]);
  }
}

async function launch(
  { request, headless, size, proxy }: SessionPlan,
  settings: BrowserSettings,
  userDataDir: string,
): Promise<{ browser: BrowserConnection; notices: string[] }> {
  const relay = await openRelay(proxy);
  const options: LaunchOptions = {
    ...settings,
    userDataDir,
    headless,
    chromeArgs: request.args,
    userAgent: request.userAgent,
    windowSize: size,
    proxy: proxy && { server: relay?.server ?? proxy.server, bypass: proxy.bypass },
  };
  try {
    const { browser, notice } = await launchChannel(options, request.channel);
    void browser.exited.then(() => relay?.close());
    relay?.admit(browserOnly(browser));
    const noWindow =
      request.headless === false && headless
        ? 'There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so sessions run without a window.'
        : undefined;
    return {
      browser,
      notices: [notice, browser.notice, noWindow].filter((it) => it !== undefined),
    };
  } catch (error) {
    relay?.close();
    throw error;
  }
}

/** Admits connections of the browser only, on systems that can identify them. The browser may restart its network service. */
function browserOnly({ connection }: BrowserConnection): Doorkeeper {
  let known: readonly number[] | undefined = [];
  return async (peer) => {
    if (!tellsPeers || (await isFromProcess(peer, known))) return true;
    const { processInfo } = await connection.send('SystemInfo.getProcessInfo');
    known = await networkProcesses(processInfo);
    return isFromProcess(peer, known);
  };
}

/** Checks the proxy first: a browser would only report that a page cannot be reached. */
async function openRelay(proxy: ExternalProxy | undefined): Promise<ProxyRelay | undefined> {
  if (!proxy) return undefined;
  await checkProxy(proxy);
  const url = proxyUrl(proxy.server);
  if (!url || proxy.username === undefined) return undefined;
  return ProxyRelay.open({ url, username: proxy.username, password: proxy.password ?? '' });
}

/** `chrome` and its older names mean Google Chrome if it is installed, else the server's own Chromium: clients request it by default. */
async function launchChannel(
  options: LaunchOptions,
  channel: string | undefined,
): Promise<{ browser: BrowserProcess; notice?: string }> {
  const wantsChrome =
    channel !== undefined &&
    channel !== 'chromium' &&
    options.channel === undefined &&
    options.executablePath === undefined;
  if (!wantsChrome) return { browser: await launchChromium(options) };
  try {
    return { browser: await launchChromium({ ...options, channel: 'chrome' }) };
  } catch (error) {
    if (!isSessionwrightError(error, 'browser_not_found')) throw error;
    return {
      browser: await launchChromium(options),
      notice: `Google Chrome is not installed; sessions that ask for '${channel}' run on the Chromium that was found.`,
    };
  }
}
