/** Connects Playwright to a session's browser, with limits on what pages send. */
import type { Browser } from 'playwright-core';
import { playwrightCoreVersion } from '../base/playwright-core';
import { withoutUrlSecrets } from '../base/redaction';
import { openCarrier, takesCarriers } from '../cdp/carrier';
import type { MessageLimits } from '../cdp/incoming-text';
import { CdpError } from '../contract/errors';
import { firstLine } from './errors';

/** Longest time to connect, in milliseconds: the browser runs on this machine, or was reached before. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How a browser is reached. */
export interface PlaywrightConnection {
  /** CDP URL of the session's browser itself, not of the gateway: calls of the API are counted elsewhere. */
  cdpUrl: string;
  /** What a WebSocket to it must carry. @default nothing */
  headers?: Readonly<Record<string, string>> | undefined;
  /** A folder for temporary files, which the caller makes and removes. @default the system's temporary folder */
  workDir?: string | undefined;
  /** Whether the browser reads and writes the files of this machine. @default false */
  isLocal?: boolean | undefined;
}

/**
 * Connects. Loads Playwright: only sessions that are driven by the API pay for it.
 * @param limits may change while it is connected
 * @throws {@link CdpError} of the method `connect`
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

/** What pages send is limited where Playwright lets us carry its messages, which it does for a browser of this machine only. */
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
