/** Which projects run on sessions, and why the others do not. */
import { environment } from './environment';

/** Why Playwright provides the browser, in one sentence; undefined if a session does. */
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

/** The same for the `use` of a project. A test file may override it. */
export function projectLeftToPlaywright(use: {
  browserName?: string | undefined;
  defaultBrowserType?: string | undefined;
  connectOptions?: object | undefined;
}): string | undefined {
  const { browserName = use.defaultBrowserType ?? 'chromium', connectOptions } = use;
  return leftToPlaywright({ browserName, connectOptions });
}
