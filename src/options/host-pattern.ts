/** The patterns of `exposeNetwork`, as Playwright's `browserType.connect()` reads them: which hosts they name. */

/** What stands for this machine. */
const LOOPBACK = '<loopback>';
/** A host, which may have stars, and perhaps a port. */
const TOKEN = /^(?<host>\[[\da-f:.]+\]|[^\s,:/?#@<>[\]]+|<loopback>)(?::(?<port>\d{1,5}))?$/i;
const MAX_PORT = 65_535;
/** The port of an URL that names none. */
const DEFAULT_PORTS = [
  { port: 80, schemes: '(?:http|ws)' },
  { port: 443, schemes: '(?:https|wss)' },
] as const;

/** A part of a pattern. */
interface Token {
  host: string;
  /** Undefined when any port is meant. */
  port: number | undefined;
}

/** True for text that is a pattern: hosts separated by commas, each perhaps with a port. */
export function isHostPattern(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    value.split(',').every((token) => {
      const groups = TOKEN.exec(token.trim())?.groups;
      return groups !== undefined && Number(groups['port'] ?? 0) <= MAX_PORT;
    })
  );
}

/** The URLs of HTTP and WebSockets, as browsers write them, whose hosts a pattern names. A host with stars names no IP address; `*` alone names everything. */
export function urlsOf(pattern: string): RegExp {
  const sources = tokensOf(pattern).flatMap(({ host, port }) => {
    const named = sourceOf(host);
    if (port === undefined) return [`(?:http|ws)s?://${named}(?::\\d+)?`];
    const unsaid = DEFAULT_PORTS.filter((it) => it.port === port);
    return [
      `(?:http|ws)s?://${named}:${port}`,
      ...unsaid.map(({ schemes }) => `${schemes}://${named}`),
    ];
  });
  return new RegExp(`^(?:${sources.join('|')})(?:[/?#]|$)`);
}

/** The same for `Fetch.enable`: at least all HTTP URLs that the pattern names. */
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

/** A host that begins with a dot means every name below it. */
function starred(host: string): string {
  return host.startsWith('.') ? `*${host}` : host;
}
