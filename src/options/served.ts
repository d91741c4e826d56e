/** Which projects of a suite run on sessions, and why the others do not. */

import { environment } from './environment';

/** Why a browser is left to Playwright, in one line; undefined when it is served by a session. */
export function leftToPlaywright({
  browserName,
  connectOptions,
}: {
  browserName: string;
  connectOptions: object | undefined;
}): string | undefined {
  if (browserName !== 'chromium')
    return `sessions are Chromium; ${browserName} is launched by Playwright.`;
  if (environment.playwrightServer !== undefined)
    return 'PW_TEST_CONNECT_WS_ENDPOINT is set, so Playwright connects to that server.';
  if (connectOptions) return 'connectOptions is set, so Playwright connects to its own server.';
  return undefined;
}

/** The same of a project as its `use` says it. A file may say something else. */
export function projectLeftToPlaywright(use: {
  browserName?: string | undefined;
  defaultBrowserType?: string | undefined;
  connectOptions?: object | undefined;
}): string | undefined {
  const { browserName = use.defaultBrowserType ?? 'chromium', connectOptions } = use;
  return leftToPlaywright({ browserName, connectOptions });
}
