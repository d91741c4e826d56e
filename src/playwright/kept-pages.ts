/** Lets the pages of a failed test live on after the test and its worker, for somebody to look at. */
import type { Browser, BrowserContext } from '@playwright/test';
import { noteMissing } from './internals';
import { counterpartOf, serverOf, type ServerContext } from './server-side';

/** The browser does not close contexts when this connection ends. */
export function keepContexts(browser: Browser): void {
  const session = serverOf(browser)?._session;
  if (!session) {
    noteMissing('contextsInBackground');
    return;
  }
  const send = session.send.bind(session);
  session.send = async (method, params) =>
    send(
      method,
      method === 'Target.createBrowserContext' ? { ...params, disposeOnDetach: false } : params,
    );
}

/** Makes closing this context leave its pages open. Routes, emulation and listeners end, since they are Playwright's. */
export function keepPages(context: BrowserContext): void {
  const server = counterpartOf(context) as Partial<ServerContext> | undefined;
  if (server?.doClose) server.doClose = async () => {};
}
