/** Which projects of a suite run on sessions, and why the others do not. */

/** Why a project's browser is left to Playwright, in one line; undefined when it is served by a session. */
export function leftToPlaywright({
  browserName,
  connectOptions,
}: {
  browserName: string;
  connectOptions: object | undefined;
}): string | undefined {
  if (browserName !== 'chromium')
    return `sessions are Chromium; ${browserName} is launched by Playwright.`;
  if (connectOptions) return 'connectOptions is set, so Playwright connects to its own server.';
  return undefined;
}
