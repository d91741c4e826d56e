/** How the WebSockets of a session are reached from here, by those who know no proxy of the environment, such as Playwright. */
import { proxyFor } from '../options/network-proxy';

/**
 * The URL for one connection to a WebSocket endpoint: its own, or, where the environment names a proxy for it, that of a tunnel which
 * begins on this machine.
 * @param timeoutMs - how long the tunnel may take to be there, and then wait for its connection, in milliseconds
 * @throws {@link CdpError} (`cdp_closed`) when there is no way through the proxy; {@link OptionsError} when the environment names a
 * proxy that is none
 */
export async function reach(url: string, timeoutMs: number): Promise<string> {
  const target = new URL(url);
  const proxy = ['ws:', 'wss:'].includes(target.protocol) ? proxyFor(target) : undefined;
  if (!proxy) return url;
  const { openTunnel } = await import('./tunnel');
  return openTunnel(target, { proxy, timeoutMs });
}
