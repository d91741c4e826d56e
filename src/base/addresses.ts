/** Hosts, ports and IP addresses: parsing, formatting and comparison. */
import { isIP, isIPv4 } from 'node:net';

/** Prefix of an IPv4-mapped IPv6 address (RFC 4291), in hex. */
const MAPPED_PREFIX = '00000000000000000000ffff';

/** Returns the host of a URL for sockets: IPv6 addresses without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Returns the port of a URL, or the default of its scheme. */
export function portOf(url: URL): number {
  return Number(url.port) || (['https:', 'wss:'].includes(url.protocol) ? 443 : 80);
}

/** Returns the host for URLs: IPv6 addresses in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Returns the connect options for the host of a URL, with or without TLS. Without them, Node checks certificates against the `Host` header. */
export function endpointOf(url: URL): { host: string; port: number; servername: string } {
  const host = hostOf(url);
  return { host, port: portOf(url), servername: isIP(host) === 0 ? host : '' };
}

/** Returns the `Authorization` header for the user name and password of a URL; undefined without them. */
export function authorizationFor({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return basicAuthorization(decodeURIComponent(username), decodeURIComponent(password));
}

/** Returns the `Authorization` header for a user name and a password. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Returns true for loopback names and addresses from {@link URL.hostname} or {@link hostOf}. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    ['[::1]', '::1'].includes(hostname) ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** Returns true for a blank page. */
export function isBlank(url: string): boolean {
  return url === '' || url === 'about:blank';
}

/** Returns false for a page that has navigated. New pages of the headless shell first have no URL, then the blank one. */
export function isSamePlace(before: string, now: string): boolean {
  return before === now || (isBlank(before) && isBlank(now));
}

/** Returns an IP address as 8 or 32 hex digits. IPv4-mapped IPv6 addresses become IPv4. */
export function addressHex(address: string): string {
  if (isIPv4(address))
    return address
      .split('.')
      .map((it) => hex(Number(it), 2))
      .join('');
  const [plain = ''] = address.split('%'); // the rest is a network interface
  const { hostname } = new URL(`http://[${plain}]`); // canonical form
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return unmapped([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''));
}

/** The same as {@link addressHex}, for an address in hex. */
export function unmapped(addressInHex: string): string {
  return addressInHex.startsWith(MAPPED_PREFIX)
    ? addressInHex.slice(MAPPED_PREFIX.length)
    : addressInHex;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
