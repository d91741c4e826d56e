/** Connects to a browser's CDP through a Grid. */
import { messageOf } from '../../base/errors';
import { WebSocketTransport } from '../../cdp/web-socket-transport';
import { GridError } from '../../contract/errors';

/** How long a connection through a Grid may take, in milliseconds; on one machine it takes 20. */
const CONNECT_MS = 10_000;

/**
 * The addresses where the CDP of a session may be: first at the hub as we reached it, then the Grid's own, which may be a name that only
 * its network knows.
 * @param reported - the capability `se:cdp`
 */
export function cdpUrls(reported: string, hub: URL): string[] {
  if (!URL.canParse(reported)) return [];
  const own = new URL(reported);
  const isSecure = hub.protocol === 'https:';
  const here = new URL(hub);
  here.protocol = isSecure ? 'wss:' : 'ws:';
  const base = hub.pathname.replace(/\/+$/, '').replace(/\/wd\/hub$/, '');
  here.pathname = own.pathname.startsWith(`${base}/`) ? own.pathname : base + own.pathname;
  here.search = own.search;
  return [...new Set([here.href, own.href])];
}

/**
 * Connects to the first URL that answers.
 * @throws {@link GridError} `grid_without_cdp` with all failures
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
    const own = isHere ? { ...headers } : {}; // only the hub gets our secrets
    try {
      const how = { timeoutMs: CONNECT_MS, headers: own };
      return { url, headers: own, transport: await WebSocketTransport.connect(url, how) };
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new GridError(
    `The Grid started a session, but its browser cannot be reached: ${failures.join(' ')} A proxy in front of the hub must pass WebSockets. Nodes must report an address that this machine can reach: start them with --grid-url (SE_NODE_GRID_URL) set to the URL of the hub.`,
    { code: 'grid_without_cdp' },
  );
}
