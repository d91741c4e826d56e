/** Hosts, ports and IP addresses: their spellings, and which of them are the same. */
import { isIP, isIPv4 } from 'node:net';

/** How an IPv4 address begins when it is written as an IPv6 address (RFC 4291), in hex. */
const MAPPED_PREFIX = '00000000000000000000ffff';

/** The host of an URL as sockets take it: IPv6 addresses without their brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The port of an URL: of one that names none, that of its scheme. */
export function portOf(url: URL): number {
  return Number(url.port) || (['https:', 'wss:'].includes(url.protocol) ? 443 : 80);
}

/** The host as URLs write it: IPv6 addresses in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** How to connect to the host of a URL, with or without TLS. Otherwise Node checks certificates against the `Host` header. */
export function endpointOf(url: URL): { host: string; port: number; servername: string } {
  const host = hostOf(url);
  return { host, port: portOf(url), servername: isIP(host) === 0 ? host : '' };
}

/** The `Authorization` header for the user name and password in a URL; undefined without them. */
export function authorizationFor({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return basicAuthorization(decodeURIComponent(username), decodeURIComponent(password));
}

/** The `Authorization` header for a user name and a password. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** True for names and addresses of this machine, as {@link URL.hostname} or {@link hostOf} tells them. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    ['[::1]', '::1'].includes(hostname) ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

/** True for a page that has not been anywhere yet. */
export function isBlank(url: string): boolean {
  return url === '' || url === 'about:blank';
}

/** False for a page that has gone elsewhere. A new one of the headless shell has no URL at first, and then the blank one. */
export function isSamePlace(before: string, now: string): boolean {
  return before === now || (isBlank(before) && isBlank(now));
}

/** An IP address in hex, 8 or 32 digits. An IPv4 address that is mapped into IPv6 is the IPv4 address. */
export function addressHex(address: string): string {
  if (isIPv4(address))
    return address
      .split('.')
      .map((it) => hex(Number(it), 2))
      .join('');
  const [plain = ''] = address.split('%'); // what follows names a network interface
  const { hostname } = new URL(`http://[${plain}]`); // the one canonical spelling
  const [head = [], tail = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return unmapped([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''));
}

/** As {@link addressHex}, for an address that is in hex already. */
export function unmapped(addressInHex: string): string {
  return addressInHex.startsWith(MAPPED_PREFIX)
    ? addressInHex.slice(MAPPED_PREFIX.length)
    : addressInHex;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
