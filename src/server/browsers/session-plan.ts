/** What a start request means for this server: what it refuses by name, and the values that stand in for what was not said. Pure. */
import type { Issue } from '../../contract/issues';
import type { ProxyOptions } from '../../contract/proxies';
import { MINUTE_MS, MINUTES, type Size } from '../../contract/limits';
import type { StartOptions } from '../../contract/session';
import { refused } from '../../contract/refusals';

/** Page size without a window when none was asked for: Playwright's own default. */
const DEFAULT_SIZE: Size = { width: 1280, height: 720 };

/** An external proxy: the only kind that a machine without a provider has. */
export type ExternalProxy = Extract<ProxyOptions, { type: 'external' }>;

/** A start request with everything decided. */
export interface SessionPlan {
  headless: boolean;
  /** In milliseconds, as is the next. */
  idleTimeout: number;
  maxDuration: number;
  /** Page size; undefined leaves it to the window, or to the external browser. */
  size: Size | undefined;
  proxy: ExternalProxy | undefined;
  /** The request itself, for what is passed on as it is. */
  request: StartOptions;
}

/** What decides beside the request. */
export interface PlanContext {
  /** What to do when the request does not say. */
  defaultHeadless: boolean;
  /** False where no window can be shown: then sessions run without one, whatever was asked for, as in the cloud. */
  canShowWindow: boolean;
  /** Whether browsers come from a Grid, where no files of ours are. @default false */
  isOnGrid?: boolean;
}

/**
 * Decides what a session will be.
 * @throws {@link InvalidRequestError} naming each field that asks for what this server cannot do
 */
export function planSession(request: StartOptions, context: PlanContext): SessionPlan {
  const issues = [...unsupported(request), ...unsupportedOnGrid(request, context)];
  if (issues.length > 0) throw refused('This session server cannot start such a session', issues);
  const headless = !context.canShowWindow || (request.headless ?? context.defaultHeadless);
  return {
    headless,
    idleTimeout: request.idleTimeout ?? MINUTES.defaultIdle * MINUTE_MS,
    maxDuration: request.maxDuration ?? MINUTES.defaultDuration * MINUTE_MS,
    size:
      request.cdpUrl === undefined
        ? (request.viewport ?? (headless ? DEFAULT_SIZE : undefined))
        : undefined,
    proxy: proxyList(request).find((proxy): proxy is ExternalProxy => proxy.type === 'external'),
    request,
  };
}

/** Only what was asked for is refused; what clients send by default (captcha solving) is accepted and does nothing. */
function unsupported(request: StartOptions): Issue[] {
  return [
    ...proxyIssues(request),
    ...when(
      request.webBotAuth === true,
      'web_bot_auth',
      'needs a cloud provider, which signs the requests; leave it out',
    ),
    ...when(
      (request.authIds?.length ?? 0) > 0,
      'auth_ids',
      'managed logins need a cloud provider; sign in with cookies instead, and leave it out',
    ),
    ...when(
      request.vaultId !== undefined,
      'vault_id',
      'vaults need a cloud provider; leave it out',
    ),
    ...when(
      request.profile !== undefined && request.cdpUrl !== undefined,
      'profile',
      'the browser at cdp_url has a profile of its own; leave one of the two out',
    ),
    ...when(
      request.cdpUrl !== undefined && !isWebSocketUrl(request.cdpUrl),
      'cdp_url',
      'must be a URL that starts with ws:// or wss://',
    ),
  ];
}

/** What is done with files of this machine, or by a process of it, does not reach a Grid. */
function unsupportedOnGrid(request: StartOptions, { isOnGrid = false }: PlanContext): Issue[] {
  if (!isOnGrid || request.cdpUrl !== undefined) return [];
  return [
    ...when(
      request.profile !== undefined,
      'profile',
      'the browsers of this server run on a Selenium Grid, which keeps no profiles; use cookies or a storage state instead, and leave it out',
    ),
    ...proxyList(request).flatMap((proxy, index) =>
      when(
        proxy.type === 'external' && proxy.username !== undefined,
        `proxies.${index}.username`,
        'a browser on a Selenium Grid cannot sign in to a proxy; use one that lets the Grid in by its address',
      ),
    ),
  ];
}

function proxyIssues(request: StartOptions): Issue[] {
  const residential =
    'residential proxies need a cloud provider; use {"type": "external", "server": ...} instead';
  if (request.proxies === true) return [{ path: 'proxies', message: residential }];
  const proxies = proxyList(request);
  return [
    ...when(proxies.length > 1, 'proxies', 'one proxy per session'),
    ...when(
      proxies.length > 0 && request.cdpUrl !== undefined,
      'proxies',
      'the browser at cdp_url already runs; give it its proxy where it is started',
    ),
    ...proxies.flatMap((proxy, index) => proxyIssue(proxy, `proxies.${index}`, residential)),
  ];
}

function proxyIssue(proxy: ProxyOptions, path: string, residential: string): Issue[] {
  if (proxy.type === 'notte') return [{ path: `${path}.type`, message: residential }];
  if (proxy.type === 'tailnet')
    return [
      {
        path: `${path}.type`,
        message:
          'tailnet proxies need a cloud provider; use {"type": "external", "server": ...} instead',
      },
    ];
  const url = proxyUrl(proxy.server);
  if (!url)
    return [
      {
        path: `${path}.server`,
        message:
          'must be host:port, or a URL that starts with http://, https://, socks4:// or socks5://',
      },
    ];
  if (url.username || url.password)
    return [
      {
        path: `${path}.server`,
        message: 'must not hold a user name or password; put them into username and password',
      },
    ];
  return when(
    url.protocol.startsWith('socks') && proxy.username !== undefined,
    `${path}.username`,
    'Chromium cannot sign in to a SOCKS proxy; use an HTTP proxy',
  );
}

/** The proxy's URL; `http:` where no scheme was given. Undefined when it is none. */
export function proxyUrl(server: string): URL | undefined {
  const text = server.includes('://') ? server : `http://${server}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^(https?|socks[45]):$/.test(url.protocol) && url.hostname ? url : undefined;
}

function proxyList({ proxies }: StartOptions): ProxyOptions[] {
  return Array.isArray(proxies) ? proxies : [];
}

function isWebSocketUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hash } = new URL(text);
  return ['ws:', 'wss:'].includes(protocol) && hash === ''; // no WebSocket takes a fragment
}

function when(condition: boolean, path: string, message: string): Issue[] {
  return condition ? [{ path, message }] : [];
}
