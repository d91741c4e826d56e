/** The patterns of `exposeNetwork`, with the syntax of Playwright's `browserType.connect()`. */

/** The token for this machine. */
const LOOPBACK = '<loopback>';
/** A host, which may contain stars, with an optional port. */
const TOKEN = /^(?<host>\[[\da-f:.]+\]|[^\s,:/?#@<>[\]]+|<loopback>)(?::(?<port>\d{1,5}))?$/i;
const MAX_PORT = 65_535;
/** Default ports. */
const DEFAULT_PORTS = [
  { port: 80, schemes: '(?:http|ws)' },
  { port: 443, schemes: '(?:https|wss)' },
] as const;

/** A part of a pattern. */
interface Token {
  host: string;
  /** Undefined for any port. */
  port: number | undefined;
}

/** Whether a value is a pattern: hosts separated by commas, each with an optional port. */
export function isHostPattern(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.split(',').every((token) => {
      const groups = TOKEN.exec(token.trim())?.groups;
      return groups !== undefined && Number(groups['port'] ?? 0) <= MAX_PORT;
    })
  );
}

/** Matches the HTTP and WebSocket URLs of a pattern's hosts. A host with stars matches no IP address; `*` alone matches everything. */
export function urlsOf(pattern: string): RegExp {
  const sources = tokensOf(pattern).flatMap(({ host, port }) => {
    const named = sourceOf(host);
    if (port === undefined) return [`(?:http|ws)s?://${named}(?::\\d+)?`];
    const defaults = DEFAULT_PORTS.filter((it) => it.port === port);
    return [
      `(?:http|ws)s?://${named}:${port}`,
      ...defaults.map(({ schemes }) => `${schemes}://${named}`),
    ];
  });
  return new RegExp(`^(?:${sources.join('|')})(?:[/?#]|$)`);
}

/** Patterns for `Fetch.enable`. They match at least all HTTP URLs of the pattern's hosts. */
export function fetchPatternsOf(pattern: string): string[] {
  return tokensOf(pattern)
    .flatMap(({ host }) =>
      host === LOOPBACK ? ['localhost', '*.localhost', '127.0.0.1', '[::1]'] : [starred(host)],
    )
    .flatMap((host) => ['http', 'https'].map((scheme) => `${scheme}://${host}*`));
}

function tokensOf(pattern: string): Token[] {
  return pattern.split(',').map((text) => {
    const { host = text, port } = TOKEN.exec(text.trim())?.groups ?? {};
    return { host: host.toLowerCase(), port: port === undefined ? undefined : Number(port) };
  });
}

function sourceOf(host: string): string {
  if (host === '*') return String.raw`(?:\[[^\]]*\]|[^/:?#]*)`;
  if (host === LOOPBACK) return String.raw`(?:(?:[^/:?#]+\.)?localhost|127\.0\.0\.1|\[::1\])`;
  const source = starred(host)
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/:?#]*');
  return source.includes('*') ? String.raw`(?!\d+(?:\.\d+){3}(?:[/:?#]|$))${source}` : source;
}

/** A host that starts with a dot matches all its subdomains. */
function starred(host: string): string {
  return host.startsWith('.') ? `*${host}` : host;
}
