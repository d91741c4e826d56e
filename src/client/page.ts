/** A Playwright page on a session's own browser, over CDP. Playwright is loaded with the first page. */
import type { Browser, Page, Tracing } from 'playwright-core';

import { settledWithin } from '../base/deadline';
import { CdpError, OptionsError } from '../contract/errors';
import { reach } from './reach';

/** A page and the connection that it lives on. */
export interface ConnectedPage {
  page: Page;
  browser: Browser;
}

/** Longest time to connect, in milliseconds: Playwright's own default. */
const CONNECT_TIMEOUT_MS = 30_000;
/** Longest time for each part of closing the connection, in milliseconds. It is a socket; the session is ended by the API. */
const DISCONNECT_TIMEOUT_MS = 5_000;

/**
 * Connects Playwright to a session and takes the page that the session came with.
 * @throws {@link CdpError} `cdp_error`. Playwright's own error is left out: it shows the URL and with it the token;
 * {@link OptionsError} when the environment names a proxy that is none
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

/** Closes the connection, also to a browser that hangs. The session's browser goes on. */
export async function disconnectPage({ browser }: ConnectedPage): Promise<void> {
  await settledWithin(giveUpTraces(browser), DISCONNECT_TIMEOUT_MS);
  await settledWithin(browser.close(), DISCONNECT_TIMEOUT_MS);
}

/** Of traces that still run, such as Playwright Test's, Playwright would keep a folder each. */
async function giveUpTraces(browser: Browser): Promise<void> {
  const traces = browser
    .contexts()
    .flatMap(({ tracing, request }) => [tracing, (request as { tracing?: Tracing }).tracing]); // those of requests are younger than the oldest Playwright that we work with
  await Promise.all(traces.map(async (trace) => trace?.stop().catch(() => undefined)));
}

/** The first line of Playwright's message, without URLs. */
function reasonOf(error: unknown): string {
  const [line = ''] = error instanceof Error ? error.message.split('\n') : [];
  return (
    line.replace(/\b(?:wss?|https?):\/\/\S+/gi, 'its URL').replace(/\.$/, '') || 'unknown error'
  );
}
