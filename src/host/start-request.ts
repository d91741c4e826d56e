/** What the session API is asked for: the user's options, completed by what the Playwright project says of its browser. */
import { createHash } from 'node:crypto';
import type { StartOptions } from '../contract/session';
import { hasRemoteApi } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { AcquireRequest, BrowserSettings } from './protocol';

/** The start of a session as the contract knows it. */
export function startOptions({ options, browser }: AcquireRequest): StartOptions {
  const start: StartOptions = { ...wireOptions(options) };
  if (options.cdpUrl === undefined) start.headless ??= browser.headless ?? true; // another provider's browser is as it is
  if (browser.proxy && options.proxies === undefined && options.cdpUrl === undefined)
    start.proxies = [externalProxy(browser.proxy)];
  return start;
}

/** Names what is asked of a session; how many there may be, and how long one waits for it, is no part of that, nor what an API is not told. */
export function keyOf(request: AcquireRequest): string {
  const { maxSessions, startTimeout, ...asked } = request.options;
  const told = hasRemoteApi(request.options) ? startOptions(request) : request.browser;
  return createHash('sha256')
    .update(JSON.stringify([asked, told]))
    .digest('hex')
    .slice(0, 16);
}

/** The session options that the contract knows. */
function wireOptions(options: SessionOptions): StartOptions {
  const {
    apiUrl,
    apiKey,
    backend,
    gridUrl,
    capabilities,
    sessionId,
    startTimeout,
    maxSessions,
    transport,
    exposeNetwork,
    executablePath,
    viewport,
    ...start
  } = options;
  return viewport ? { ...start, viewport } : start;
}

function externalProxy(proxy: NonNullable<BrowserSettings['proxy']>): {
  type: 'external';
  server: string;
  username?: string;
  password?: string;
  bypass?: string;
} {
  return {
    type: 'external',
    server: proxy.server,
    ...(proxy.username !== undefined && { username: proxy.username }),
    ...(proxy.password !== undefined && { password: proxy.password }),
    ...(proxy.bypass !== undefined && { bypass: proxy.bypass }),
  };
}
