/** Under which URLs a server can be reached that listens on every address of its machine. */
import { networkInterfaces } from 'node:os';
import { bracketed } from '../base/addresses';

/** Addresses that mean all of a machine's. */
const WILDCARDS = ['0.0.0.0', '::'];

/**
 * The URLs to tell to others, the best first. `url` is the server's own; of one that listens everywhere it is good on this machine
 * only, and comes last.
 */
export function reachableUrls(url: string, host: string | undefined): string[] {
  if (host === undefined || !WILDCARDS.includes(host)) return [url];
  const { port } = new URL(url);
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const names = found
    .filter(({ internal, family }) => !internal && (family === 'IPv4' || host === '::'))
    .filter(({ address }) => !address.startsWith('fe80:')) // works with the name of a network card only
    .map(({ address }) => bracketed(address));
  return [...names.map((name) => `http://${name}:${port}`), url];
}
