/** Opens the browser of a session: a Chromium of our own, one on a Grid, or one that runs elsewhere; and prepares it as the session's plan says. */
import { withDeadline } from '../../base/deadline';
import type { BrowserConnection, BrowserExit } from '../../browser/browser-connection';
import type { LaunchOptions } from '../../browser/chromium';
import { exitText, launchChromium } from '../../browser/chromium';
import { connectExternal } from '../../browser/browser-connection';
import { SessionTargets } from '../../cdp/session-targets';
import type { Grid } from '../../browser/grid/grid';
import { isSessionwrightError, SessionwrightError, timedOut } from '../../contract/errors';
import { refused } from '../../contract/refusals';
import { PageSetup } from './page-setup';
import { isFromProcess, networkProcesses, tellsPeers } from './peer-process';
import { checkProxy } from './proxy-check';
import { ProxyRelay, type Doorkeeper } from './proxy-relay';
import type { ExternalProxy, SessionPlan } from './session-plan';
import { proxyUrl } from './session-plan';

/** How long a browser elsewhere may take to accept us and to say its version, in milliseconds each. */
const EXTERNAL_TIMEOUT_MS = 5_000;

/** What shapes every browser of a server, beside what each session asks for. */
export type LaunchSettings = Pick<
  LaunchOptions,
  'executablePath' | 'channel' | 'args' | 'ignoreDefaultArgs' | 'env' | 'signal'
>;

/** The same, and where they come from. */
export type BrowserSettings = LaunchSettings & {
  /** Where browsers come from. @default this machine */
  grid?: Grid | undefined;
};

/** A session's browser, ready for clients. */
export interface SessionBrowser extends BrowserConnection {
  readonly cdpUrl: string;
  /** What every WebSocket to it must carry. Secret. */
  readonly cdpHeaders: Readonly<Record<string, string>>;
  /** Whether it runs on this machine, and reads and writes its files. */
  readonly isLocal: boolean;
  /** Whether each of its pages has a CDP endpoint of its own, beside the browser's. */
  readonly hasPageEndpoints: boolean;
  /** Its pages. */
  readonly targets: SessionTargets;
  /** Tells how it came to its end by itself. */
  readonly whyEnded: (exit: BrowserExit) => string;
  /** What the user should be told, once. */
  readonly notices: readonly string[];
  /** Opens a page in the default context, unless one is there: clients look for `contexts()[0].pages()[0]`. */
  readonly ensurePage: () => Promise<void>;
}

/** How long a browser may take to take its set-up, in milliseconds: it is up by then, so what takes longer hangs. */
const SETUP_MS = 30_000;

/**
 * Opens the browser that the plan asks for. The caller closes it, and owns the profile folder.
 * @throws what keeps the browser from starting; nothing of it is left then
 */
export async function openSessionBrowser(
  plan: SessionPlan,
  settings: BrowserSettings,
  userDataDir: string,
): Promise<SessionBrowser> {
  const opened = await openBrowser(plan, settings, userDataDir);
  const { browser, ...rest } = opened;
  const targets = new SessionTargets(browser.connection);
  const setup = new PageSetup(browser.connection, targets, plan);
  try {
    await withDeadline(setup.apply(), SETUP_MS, () =>
      timedOut('the browser to take its set-up', SETUP_MS),
    );
  } catch (error) {
    await browser.close();
    throw error;
  }
  return {
    ...rest,
    cdpUrl: browser.cdpUrl ?? '',
    connection: browser.connection,
    targets,
    exited: browser.exited,
    close: browser.close,
    ensurePage: () => setup.ensurePage(),
  };
}

/** A browser, and what is to be known of its kind. */
type OpenedBrowser = { browser: BrowserConnection } & Pick<
  SessionBrowser,
  'cdpHeaders' | 'isLocal' | 'hasPageEndpoints' | 'whyEnded' | 'notices'
>;

async function openBrowser(
  plan: SessionPlan,
  settings: BrowserSettings,
  userDataDir: string,
): Promise<OpenedBrowser> {
  const { cdpUrl } = plan.request;
  const elsewhere = { cdpHeaders: {}, isLocal: false, hasPageEndpoints: true, notices: [] };
  if (cdpUrl !== undefined)
    return {
      ...elsewhere,
      browser: await attach(cdpUrl),
      whyEnded: () => 'The connection to the external browser was lost.',
    };
  if (settings.grid) return { ...elsewhere, ...(await openOnGrid(plan, settings, settings.grid)) };
  return {
    ...elsewhere,
    ...(await launch(plan, settings, userDataDir)),
    isLocal: true,
    whyEnded: ({ code, signal, stderr }) => {
      // Whoever was killed has not said why: what it wrote before, or its orphans after, is noise.
      const said = signal !== 'SIGKILL' && stderr ? ` It said: ${stderr}` : '';
      return `The browser ended by itself (${exitText({ code, signal })}).${said}`;
    },
  };
}

async function openOnGrid(
  plan: SessionPlan,
  settings: BrowserSettings,
  grid: Grid,
): Promise<Pick<OpenedBrowser, 'browser' | 'cdpHeaders' | 'hasPageEndpoints' | 'whyEnded'>> {
  const { request, headless, size, proxy } = plan;
  const browser = await grid.open(
    {
      headless,
      channel: settings.channel,
      args: settings.args,
      ignoreDefaultArgs: settings.ignoreDefaultArgs,
      chromeArgs: request.args,
      userAgent: request.userAgent,
      windowSize: size,
      proxy: proxy && { server: proxy.server, bypass: proxy.bypass },
    },
    settings.signal ?? new AbortController().signal,
  );
  return {
    browser,
    cdpHeaders: browser.cdpHeaders,
    hasPageEndpoints: false,
    whyEnded: () =>
      `The session on the Grid at ${grid.shown} ended by itself: its browser or its node is gone, or the hub was started anew.`,
  };
}

/** A browser that runs elsewhere, and has said that it is one. Its URL may hold secrets, so no message shows more than its host. */
async function attach(cdpUrl: string): Promise<BrowserConnection> {
  let browser: BrowserConnection | undefined;
  try {
    browser = await connectExternal(cdpUrl, EXTERNAL_TIMEOUT_MS);
    await withDeadline(browser.connection.send('Browser.getVersion'), EXTERNAL_TIMEOUT_MS, () =>
      timedOut(`the browser at ${new URL(cdpUrl).host} to say its version`, EXTERNAL_TIMEOUT_MS),
    );
    return browser;
  } catch (error) {
    await browser?.close();
    if (!(error instanceof SessionwrightError)) throw error;
    throw refused('This session server cannot start such a session', [
      { path: 'cdp_url', message: error.message },
    ]);
  }
}

async function launch(
  plan: SessionPlan,
  settings: BrowserSettings,
  userDataDir: string,
): Promise<{ browser: BrowserConnection; notices: string[] }> {
  const relay = await openRelay(plan.proxy);
  try {
    const { browser, notice } = await launchChannel(
      launchOptions(plan, { settings, userDataDir, relay }),
      plan,
    );
    void browser.exited.then(() => relay?.close());
    relay?.admit(browserOnly(browser));
    return {
      browser,
      notices: [notice, browser.notice, windowNotice(plan)].filter((it) => it !== undefined),
    };
  } catch (error) {
    relay?.close();
    throw error;
  }
}

/** A window was asked for by name, and none can be shown. */
function windowNotice({ request, headless }: SessionPlan): string | undefined {
  return request.headless === false && headless
    ? 'There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so sessions run without a window.'
    : undefined;
}

/** Knows the connections of the browser from those of anybody else, where the system tells. Its network service may be started anew. */
function browserOnly({ connection }: BrowserConnection): Doorkeeper {
  let known: readonly number[] | undefined = [];
  return async (peer) => {
    if (!tellsPeers || (await isFromProcess(peer, known))) return true;
    const { processInfo } = await connection.send('SystemInfo.getProcessInfo');
    known = await networkProcesses(processInfo);
    return isFromProcess(peer, known);
  };
}

/** The proxy is tried first: a browser would only say that some page cannot be reached. */
async function openRelay(proxy: ExternalProxy | undefined): Promise<ProxyRelay | undefined> {
  if (proxy) await checkProxy(proxy);
  const url = proxy && proxyUrl(proxy.server);
  if (!url || proxy.username === undefined) return undefined;
  return ProxyRelay.open({ url, username: proxy.username, password: proxy.password ?? '' });
}

/** `chrome` and its older names mean Google Chrome where it is installed, and the server's own Chromium elsewhere: one engine, and clients ask for it by default. */
async function launchChannel(
  options: LaunchOptions,
  { request: { channel } }: SessionPlan,
): ReturnType<typeof launchOwn> {
  const wantsChrome =
    channel !== undefined &&
    channel !== 'chromium' &&
    options.channel === undefined &&
    options.executablePath === undefined;
  if (!wantsChrome) return launchOwn(options);
  try {
    return await launchOwn({ ...options, channel: 'chrome' });
  } catch (error) {
    if (!isSessionwrightError(error, 'browser_not_found')) throw error;
    return launchOwn(
      options,
      `Google Chrome is not installed; sessions that ask for '${channel}' run on the Chromium that was found.`,
    );
  }
}

async function launchOwn(options: LaunchOptions, notice?: string) {
  return { browser: await launchChromium(options), notice };
}

function launchOptions(
  { request, headless, size, proxy }: SessionPlan,
  {
    settings,
    userDataDir,
    relay,
  }: { settings: BrowserSettings; userDataDir: string; relay: ProxyRelay | undefined },
): LaunchOptions {
  return {
    ...settings,
    userDataDir,
    headless,
    chromeArgs: request.args,
    userAgent: request.userAgent,
    windowSize: size,
    proxy: proxy && { server: relay?.server ?? proxy.server, bypass: proxy.bypass },
  };
}
