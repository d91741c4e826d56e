/** Connects Playwright to a session's browser, with limits on the data of pages. */
import type { Browser } from 'playwright-core';
import { playwrightCoreVersion } from '../base/playwright-core';
import { withoutUrlSecrets } from '../base/redaction';
import { openCarrier, takesCarriers } from '../cdp/carrier';
import type { MessageLimits } from '../cdp/incoming-text';
import { CdpError } from '../contract/errors';
import { firstLine } from './errors';

/** Time limit to connect, in milliseconds: the browser is on this machine, or was reachable before. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The browser to connect to. */
export interface PlaywrightConnection {
  /** CDP URL of the browser itself. The gateway would count this as a client. */
  cdpUrl: string;
  /** Headers of the WebSocket. @default none */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Folder for temporary files, owned by the caller. @default the system's temporary folder */
  workDir?: string | undefined;
  /** Whether the browser can access files of this machine. @default false */
  isLocal?: boolean | undefined;
}

/**
 * Connects. Loads Playwright, so that only sessions with API calls pay for it.
 * @param limits - may change later
 * @throws {@link CdpError} with the method `connect`
 */
export async function connectPlaywright(
  to: PlaywrightConnection,
  limits: MessageLimits,
): Promise<Browser> {
  try {
    return await connect(to, limits);
  } catch (cause) {
    const reason = withoutUrlSecrets(firstLine(cause)).replace(/\.$/, '');
    throw new CdpError(
      `Could not connect to the browser of the session: ${reason}. Try again later; if that fails too, start another session.`,
      { code: 'cdp_closed', method: 'connect', cause },
    );
  }
}

/** Limits messages if Playwright accepts our transport, which it only does for a browser on this machine. */
async function connect(
  { cdpUrl, isLocal = false, headers = {}, workDir }: PlaywrightConnection,
  limits: MessageLimits,
): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  const timeout = CONNECT_TIMEOUT_MS;
  const how = {
    ...{ noDefaults: true, isLocal, timeout },
    ...(workDir !== undefined && { artifactsDir: workDir }),
  };
  if (!isLocal || !takesCarriers(playwrightCoreVersion()))
    return chromium.connectOverCDP(cdpUrl, { ...how, headers: { ...headers } });
  const carrier = await openCarrier(cdpUrl, {
    limits,
    timeoutMs: timeout,
    headers: { ...headers },
  });
  return chromium.connectOverCDP(carrier, how);
}
