/** What a Grid is asked for: a session's plan in WebDriver's words. Pure. */
import { isRecord } from '../../base/json';
import { browserSwitches, type FlagOptions } from '../flags';
import { SESSION_MARK } from './grid-state';

/** What a browser on a Grid shall be. */
export interface GridBrowserRequest extends Pick<
  FlagOptions,
  'headless' | 'args' | 'chromeArgs' | 'ignoreDefaultArgs' | 'windowSize' | 'userAgent' | 'proxy'
> {
  /** Playwright's name of the browser: one that begins with `msedge` asks for Edge. @default Chrome */
  channel?: string | undefined;
}

/** What ChromeDriver adds by itself and a test should not see: the bar that tells of automation, and a log. */
const EXCLUDED_SWITCHES = ['enable-automation', 'enable-logging'];

/** The vendor's options of each browser that speaks CDP, by its WebDriver name. */
const VENDOR_OPTIONS: Readonly<Record<string, string>> = {
  chrome: 'goog:chromeOptions',
  MicrosoftEdge: 'ms:edgeOptions',
};

/** The WebDriver name of the browser that is asked for. */
export function browserNameOf(
  { channel }: Pick<GridBrowserRequest, 'channel'>,
  given: Readonly<Record<string, unknown>>,
): string {
  const { browserName } = given;
  if (typeof browserName === 'string') return browserName;
  return channel?.startsWith('msedge') ? 'MicrosoftEdge' : 'chrome';
}

/**
 * The capabilities of a new session. What the user gave goes on top; of the vendor's options the arguments are joined.
 * @param mark - by which the session can be found again
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
