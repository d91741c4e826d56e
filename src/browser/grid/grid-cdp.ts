/** The way to a browser's CDP through a Grid, whatever name the Grid gives to itself. */
import { messageOf } from '../../base/errors';
import { WebSocketTransport } from '../../cdp/web-socket-transport';
import { GridError } from '../../contract/errors';

/** How long a Grid may take to lead to its browser, in milliseconds: on one machine it takes 20. */
const CONNECT_MS = 10_000;

/**
 * Where the CDP of a session may be, the likeliest first: at the hub that we have reached, then where the Grid says, which may be
 * a name that only its own network knows.
 * @param told - the capability `se:cdp`
 */
export function cdpUrls(told: string, hub: URL): string[] {
  if (!URL.canParse(told)) return [];
  const own = new URL(told);
  const isSecure = hub.protocol === 'https:';
  const here = new URL(hub);
  here.protocol = isSecure ? 'wss:' : 'ws:';
  const base = hub.pathname.replace(/\/+$/, '').replace(/\/wd\/hub$/, '');
  here.pathname = own.pathname.startsWith(`${base}/`) ? own.pathname : base + own.pathname;
  here.search = own.search;
  return [...new Set([here.href, own.href])];
}

/**
 * Connects to the first of these that answers.
 * @throws {@link GridError} `grid_without_cdp` naming each, and what to set
 */
export async function connectTo(
  urls: readonly string[],
  headers: Readonly<Record<string, string>>,
): Promise<{
  url: string;
  headers: Readonly<Record<string, string>>;
  transport: WebSocketTransport;
}> {
  const [here] = urls;
  const failures: string[] = [];
  for (const url of urls) {
    const isHere = here !== undefined && new URL(url).host === new URL(here).host;
    const own = isHere ? { ...headers } : {}; // secrets are for the hub alone
    try {
      const how = { timeoutMs: CONNECT_MS, headers: own };
      return { url, headers: own, transport: await WebSocketTransport.connect(url, how) };
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new GridError(
    `The Grid started a session, and its browser cannot be reached: ${failures.join(' ')} What stands before the hub must let WebSockets through, and its nodes must say an address that can be reached from here: start them with --grid-url, or SE_NODE_GRID_URL, set to the URL of the hub.`,
    { code: 'grid_without_cdp' },
  );
}
