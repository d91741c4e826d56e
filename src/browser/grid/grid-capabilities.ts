/** The WebDriver capabilities of a session. Pure. */
import { isRecord } from '../../base/json';
import { browserSwitches } from '../flags';
import type { RemoteBrowserRequest } from '../remote-browsers';
import { SESSION_MARK } from './grid-state';

/** What a browser on a Grid should be like. */
export type GridBrowserRequest = Omit<RemoteBrowserRequest, 'maxDurationMs'>;

/** Switches that ChromeDriver adds, and that a test should not see: the automation bar, and a log. */
const EXCLUDED_SWITCHES = ['enable-automation', 'enable-logging'];

/** The vendor options of each browser with CDP, by its WebDriver name. */
const VENDOR_OPTIONS: Readonly<Record<string, string>> = {
  chrome: 'goog:chromeOptions',
  MicrosoftEdge: 'ms:edgeOptions',
};

/** The WebDriver name of the requested browser. */
export function browserNameOf(
  { channel }: Pick<GridBrowserRequest, 'channel'>,
  given: Readonly<Record<string, unknown>>,
): string {
  const { browserName } = given;
  if (typeof browserName === 'string') return browserName;
  return channel?.startsWith('msedge') ? 'MicrosoftEdge' : 'chrome';
}

/**
 * The capabilities of a new session. The user's capabilities win; arguments are joined.
 * @param mark - identifies the session
 */
export function gridCapabilities(
  request: GridBrowserRequest,
  given: Readonly<Record<string, unknown>>,
  mark: string,
): Record<string, unknown> {
  const browserName = browserNameOf(request, given);
  const vendor = VENDOR_OPTIONS[browserName] ?? 'goog:chromeOptions';
  const own = isRecord(given[vendor]) ? given[vendor] : {};
  const ownArgs = Array.isArray(own['args']) ? (own['args'] as unknown[]).map(String) : [];
  return {
    ...given,
    browserName,
    [SESSION_MARK]: mark,
    [vendor]: {
      excludeSwitches: EXCLUDED_SWITCHES,
      ...own,
      args: browserSwitches({ ...request, args: [...(request.args ?? []), ...ownArgs] }),
    },
  };
}
