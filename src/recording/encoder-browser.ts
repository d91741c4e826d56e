/** The browser that encodes clips: one of its own on this machine, or that of a session, with the encoder in a page. */
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtFile } from '../base/built-file';
import { withDeadline } from '../base/deadline';
import { launchChromium, type BrowserProcess } from '../browser/chromium';
import { removeProfile } from '../browser/profile-folder';
import type { CdpConnection, CdpSession } from '../cdp/connection';
import { timedOut } from '../contract/errors';
import { unseenBrowserEnvironment } from '../options/environment';

/** How long one call to the browser may take, in milliseconds. A busy machine needs seconds at low priority. */
const STEP_TIMEOUT_MS = 120_000;
/** The page's address: codecs require a secure context, which a blank page is not. The name is reserved and never resolves (RFC 2606). */
const ORIGIN = 'https://encoder.invalid/';
/** Flags that save resources. */
const LEAN_FLAGS = [
  '--disable-gpu', // software codecs: the same clip on every machine
  '--in-process-gpu', // one process less
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess', // three hidden renderers: 0.7 of 1.2 CPU seconds
];

/** Where the encoder's browser comes from. */
export interface ClipEncoderOptions {
  /** Path of a Chromium. @default the one that sessions use */
  executablePath?: string | undefined;
  /** Channel of a Chrome or Edge, if no path is given. */
  channel?: string | undefined;
  /** Where its temporary profile goes. @default the system's folder for temporary files */
  workDir?: string | undefined;
  /** How long the browser may take for a part of a clip before it counts as frozen, in milliseconds. @default 120000 */
  stepTimeoutMs?: number | undefined;
}

/** A browser with the encoder in a page. */
export interface EncoderBrowser {
  readonly connection: CdpConnection;
  readonly page: CdpSession;
  readonly stepTimeoutMs: number;
  /** Its process; undefined if it runs elsewhere. */
  readonly pid?: number | undefined;
  /** Ends the browser, or only the encoder's part of a session. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts a browser for the encoder.
 * @throws {@link BrowserNotFoundError} or {@link BrowserLaunchError}
 */
export async function launchEncoderBrowser({
  executablePath,
  channel,
  workDir = tmpdir(),
  stepTimeoutMs = STEP_TIMEOUT_MS,
}: ClipEncoderOptions): Promise<EncoderBrowser> {
  const userDataDir = await mkdtemp(join(workDir, 'sessionwright-encoder-'));
  let started: BrowserProcess | undefined;
  const close = async (): Promise<void> => {
    await started?.close();
    await removeProfile(userDataDir);
  };
  try {
    started = await launchChromium({
      ...{ executablePath, channel, userDataDir },
      debuggingPort: false,
      env: unseenBrowserEnvironment(),
      background: true,
      args: LEAN_FLAGS,
    });
    const { connection, pid } = started;
    const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
    const page = await openPage(connection, targetId, stepTimeoutMs);
    return { connection, page, stepTimeoutMs, pid, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Opens the encoder in the browser of a session, in a context of its own.
 * @param connection - is closed with the encoder
 * @param onContext - hides the context from the session's viewers
 * @throws {@link CdpError} if the browser is closed; {@link TimeoutError} if it does not answer
 */
export async function openEncoderIn(
  connection: CdpConnection,
  onContext: (contextId: string) => Promise<void>,
): Promise<EncoderBrowser> {
  const stepTimeoutMs = STEP_TIMEOUT_MS;
  try {
    const context = await connection.send('Target.createBrowserContext', { disposeOnDetach: true });
    await onContext(context.browserContextId);
    const target = { url: 'about:blank', browserContextId: context.browserContextId };
    const { targetId } = await connection.send('Target.createTarget', target);
    const page = await openPage(connection, targetId, stepTimeoutMs);
    await onContext(context.browserContextId); // its URL has shown it again
    const close = async (): Promise<void> => {
      await connection.send('Target.disposeBrowserContext', context).catch(() => undefined);
      connection.close();
    };
    return { connection, page, stepTimeoutMs, close };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Loads the encoder into a page. No port is opened: its only request is answered over CDP. */
async function openPage(
  connection: CdpConnection,
  targetId: string,
  timeoutMs: number,
): Promise<CdpSession> {
  return withDeadline(load(connection, targetId), timeoutMs, () =>
    timedOut('the encoder to be ready', timeoutMs),
  );
}

async function load(connection: CdpConnection, targetId: string): Promise<CdpSession> {
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const page = connection.session(sessionId);
  page.on('Fetch.requestPaused', ({ requestId }) => {
    const responseHeaders = [{ name: 'content-type', value: 'text/html' }];
    page
      .send('Fetch.fulfillRequest', { requestId, responseCode: 200, responseHeaders, body: '' })
      .catch(() => {}); // the page is closed
  });
  await page.send('Fetch.enable', { patterns: [{ urlPattern: `${ORIGIN}*` }] });
  await page.send('Page.enable');
  const source = await readFile(builtFile('assets/encoder.js'), 'utf8');
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source });
  await page.send('Page.navigate', { url: ORIGIN });
  return page;
}
