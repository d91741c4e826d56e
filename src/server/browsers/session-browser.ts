/** Opens the browser of a session: a Chromium of our own, or one that runs elsewhere; and prepares it as the session's plan says. */
import { withDeadline } from '../../base/deadline';
import type { BrowserConnection } from '../../browser/browser-connection';
import type { LaunchOptions } from '../../browser/chromium';
import { launchChromium } from '../../browser/chromium';
import { connectExternal } from '../../browser/external';
import { isSessionwrightError, SessionwrightError, timedOut } from '../../contract/errors';
import { refused } from '../../contract/refusals';
import { PageSetup } from './page-setup';
import { checkProxy } from './proxy-check';
import { ProxyRelay } from './proxy-relay';
import type { ExternalProxy, SessionPlan } from './session-plan';
import { proxyUrl } from './session-plan';

/** How long a browser elsewhere may take to accept us and to say its version, in milliseconds each. */
const EXTERNAL_TIMEOUT_MS = 5_000;

/** What shapes every browser of a server, beside what each session asks for. */
export type BrowserSettings = Pick<
  LaunchOptions,
  'executablePath' | 'channel' | 'args' | 'ignoreDefaultArgs' | 'env' | 'signal'
>;

/** A session's browser, ready for clients. */
export interface SessionBrowser extends BrowserConnection {
  readonly cdpUrl: string;
  /** What the user should be told, once. */
  readonly notices: readonly string[];
  /** Opens a page in the default context, unless one is there: clients look for `contexts()[0].pages()[0]`. */
  readonly ensurePage: () => Promise<void>;
}

/**
 * Opens the browser that the plan asks for. The caller closes it, and owns the profile folder.
 * @throws what keeps the browser from starting; nothing of it is left then
 */
export async function openSessionBrowser(
  plan: SessionPlan,
  settings: BrowserSettings,
  userDataDir: string,
): Promise<SessionBrowser> {
  const { browser, notices } =
    plan.request.cdpUrl === undefined
      ? await launch(plan, settings, userDataDir)
      : { browser: await attach(plan.request.cdpUrl), notices: [] };
  const setup = new PageSetup(browser.connection, plan);
  try {
    await setup.apply();
  } catch (error) {
    await browser.close();
    throw error;
  }
  return {
    cdpUrl: browser.cdpUrl ?? '',
    connection: browser.connection,
    exited: browser.exited,
    notices,
    close: browser.close,
    ensurePage: () => setup.ensurePage(),
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
  { request: { browserType } }: SessionPlan,
): ReturnType<typeof launchOwn> {
  const wantsChrome =
    browserType !== undefined &&
    browserType !== 'chromium' &&
    options.channel === undefined &&
    options.executablePath === undefined;
  if (!wantsChrome) return launchOwn(options);
  try {
    return await launchOwn({ ...options, channel: 'chrome' });
  } catch (error) {
    if (!isSessionwrightError(error, 'browser_not_found')) throw error;
    return launchOwn(
      options,
      `Google Chrome is not installed; sessions that ask for '${browserType}' run on the Chromium that was found.`,
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
    chromeArgs: request.chromeArgs,
    userAgent: request.userAgent,
    windowSize: size,
    proxy: proxy && { server: relay?.server ?? proxy.server, bypass: proxy.bypass },
  };
}
