/** Validates a start request for this server, and adds the defaults. Pure. */
import type { Issue } from '../../contract/issues';
import type { ProxyOptions } from '../../contract/proxies';
import { MINUTE_MS, MINUTES, type Size } from '../../contract/limits';
import type { StartOptions } from '../../contract/session';
import { refused } from '../../contract/refusals';

/** Default page size without a window: Playwright's own. */
const DEFAULT_SIZE: Size = { width: 1280, height: 720 };

/** An external proxy: the only kind that needs no cloud provider. */
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
  /** The request itself, for options that are used unchanged. */
  request: StartOptions;
}

/** The server's settings that affect a plan. */
export interface PlanContext {
  /** If the request does not set it. */
  defaultHeadless: boolean;
  /** False without a display: then all sessions are headless, as in the cloud. */
  canShowWindow: boolean;
  /** What starts browsers on other machines, without files of ours. @default browsers run on this machine */
  kind?: 'grid' | 'provider' | undefined;
}

/**
 * Plans a session.
 * @throws {@link InvalidRequestError} with each field that this server does not support
 */
export function planSession(request: StartOptions, context: PlanContext): SessionPlan {
  const found = [...unsupported(request), ...unsupportedElsewhere(request, context)];
  if (found.length > 0) throw refused('This session server cannot start such a session', found);
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

/** Options that need a cloud provider, or contradict each other. Others that clients send by default, such as captcha solving, have no effect. */
function unsupported(request: StartOptions): Issue[] {
  const isExternal = request.cdpUrl !== undefined;
  return issues(
    [
      request.webBotAuth === true,
      'web_bot_auth',
      'needs a cloud provider, which signs the requests; leave it out',
    ],
    [
      (request.authIds?.length ?? 0) > 0,
      'auth_ids',
      'managed logins need a cloud provider; sign in with cookies instead, and leave it out',
    ],
    [request.vaultId !== undefined, 'vault_id', 'vaults need a cloud provider; leave it out'],
    [
      request.profile !== undefined && isExternal,
      'profile',
      'the browser at cdp_url has a profile of its own; leave one of the two out',
    ],
    [
      request.cdpUrl !== undefined && !isWebSocketUrl(request.cdpUrl),
      'cdp_url',
      'must be a URL that starts with ws:// or wss://',
    ],
    [request.proxies === true, 'proxies', needsCloud('residential')],
    [proxyList(request).length > 1, 'proxies', 'one proxy per session'],
    [
      proxyList(request).length > 0 && isExternal,
      'proxies',
      'the browser at cdp_url already runs; give it its proxy where it is started',
    ],
  ).concat(proxyList(request).flatMap(proxyIssues));
}

/** Browsers of a Grid or a provider cannot use files or processes of this machine. A provider starts them by its own options. */
function unsupportedElsewhere(request: StartOptions, { kind }: PlanContext): Issue[] {
  if (kind === undefined || request.cdpUrl !== undefined) return [];
  if (kind === 'provider') return unsupportedByProvider(request);
  const proxies = proxyList(request);
  const signsIn = proxies.findIndex(
    (proxy) => proxy.type === 'external' && proxy.username !== undefined,
  );
  return issues(
    [
      request.profile !== undefined,
      'profile',
      'the browsers of this server run on a Selenium Grid, which keeps no profiles; use cookies or a storage state instead, and leave it out',
    ],
    [
      signsIn >= 0,
      `proxies.${signsIn}.username`,
      'a browser on a Selenium Grid cannot sign in to a proxy; use one that lets the Grid in by its address',
    ],
  );
}

function unsupportedByProvider(request: StartOptions): Issue[] {
  const { profile, args, userAgent } = request;
  const isOfProvider = 'is up to the provider that starts the browsers; leave it out';
  return issues(
    [
      profile !== undefined,
      'profile',
      'the browsers of this server come from a provider, and keep no profiles; use cookies or a storage state instead, and leave it out',
    ],
    [proxyList(request).length > 0, 'proxies', isOfProvider],
    [args !== undefined, 'chrome_args', isOfProvider],
    [userAgent !== undefined, 'user_agent', isOfProvider],
  );
}

function proxyIssues(proxy: ProxyOptions, index: number): Issue[] {
  const path = `proxies.${index}`;
  if (proxy.type !== 'external')
    return [
      {
        path: `${path}.type`,
        message: needsCloud(proxy.type === 'notte' ? 'residential' : 'tailnet'),
      },
    ];
  const url = proxyUrl(proxy.server);
  return issues(
    [
      !url,
      `${path}.server`,
      'must be host:port, or a URL that starts with http://, https://, socks4:// or socks5://',
    ],
    [
      Boolean(url?.username || url?.password),
      `${path}.server`,
      'must not hold a user name or password; put them into username and password',
    ],
    [
      url?.protocol.startsWith('socks') === true && proxy.username !== undefined,
      `${path}.username`,
      'Chromium cannot sign in to a SOCKS proxy; use an HTTP proxy',
    ],
  );
}

function needsCloud(kind: 'residential' | 'tailnet'): string {
  return `${kind} proxies need a cloud provider; use {"type": "external", "server": ...} instead`;
}

/** The proxy's URL, with `http:` as the default scheme; undefined if it is invalid. */
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

/** The issues whose condition is true. */
function issues(...checks: [isWrong: boolean, path: string, message: string][]): Issue[] {
  return checks.flatMap(([isWrong, path, message]) => (isWrong ? [{ path, message }] : []));
}
