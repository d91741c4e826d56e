/** A Playwright page in a session's browser, over CDP. The first page loads Playwright. */
import type { Browser, Page, Tracing } from 'playwright-core';

import { settledWithin } from '../base/deadline';
import { CdpError, OptionsError } from '../contract/errors';
import { reach } from './reach';

/** A page and its connection. */
export interface ConnectedPage {
  page: Page;
  browser: Browser;
}

/** Time limit to connect, in milliseconds: Playwright's default. */
const CONNECT_TIMEOUT_MS = 30_000;
/** Time limit for each step of closing the connection, in milliseconds. Only a socket closes; the API ends the session. */
const DISCONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects Playwright to a session and returns the session's first page.
 * @throws {@link CdpError} `cdp_error`, without Playwright's error, which contains the URL with its token;
 * {@link OptionsError} if the environment names an invalid proxy
 */
export async function connectPage(cdpUrl: string, sessionId: string): Promise<ConnectedPage> {
  const { chromium } = await import('playwright-core');
  let browser: Browser;
  try {
    browser = await chromium.connectOverCDP(await reach(cdpUrl, CONNECT_TIMEOUT_MS), {
      timeout: CONNECT_TIMEOUT_MS,
    });
  } catch (error) {
    if (error instanceof OptionsError) throw error;
    const reason = reasonOf(error);
    throw new CdpError(
      `Could not connect Playwright to session ${sessionId}: ${reason}. Check with status() that the session is active.`,
      { code: 'cdp_error', method: 'connectOverCDP' },
    );
  }
  const context = browser.contexts()[0] ?? (await browser.newContext());
  return { browser, page: context.pages()[0] ?? (await context.newPage()) };
}

/** Closes the connection, also to a frozen browser. The session's browser keeps running. */
export async function disconnectPage({ browser }: ConnectedPage): Promise<void> {
  await settledWithin(giveUpTraces(browser), DISCONNECT_TIMEOUT_MS);
  await settledWithin(browser.close(), DISCONNECT_TIMEOUT_MS);
}

/** Stops running traces, such as Playwright Test's: Playwright would keep a folder for each. */
async function giveUpTraces(browser: Browser): Promise<void> {
  const traces = browser
    .contexts()
    .flatMap(({ tracing, request }) => [tracing, (request as { tracing?: Tracing }).tracing]); // `request.tracing` is newer than our minimum Playwright
  await Promise.all(traces.map(async (trace) => trace?.stop().catch(() => undefined)));
}

/** Returns the first line of Playwright's message, without URLs. */
function reasonOf(error: unknown): string {
  const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
  return (
    line.replace(/\b(?:wss?|https?):\/\/\S+/gi, 'its URL').replace(/\.$/, '') || 'unknown error'
  );
}
