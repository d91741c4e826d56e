/** Makes the WebSockets of a session reachable for clients that ignore the environment's proxy, such as Playwright. */
import { proxyFor } from '../options/network-proxy';

/**
 * Returns the URL for one connection to a WebSocket endpoint: its own, or that of a local tunnel if the environment names a proxy
 * for it.
 * @param timeoutMs - time limit to open the tunnel, and then for its connection, in milliseconds
 * @throws {@link CdpError} (`cdp_closed`) if the proxy refuses the connection; {@link OptionsError} if the environment names an
 * invalid proxy
 */
export async function reach(url: string, timeoutMs: number): Promise<string> {
  const target = new URL(url);
  const proxy = ['ws:', 'wss:'].includes(target.protocol) ? proxyFor(target) : undefined;
  if (!proxy) return url;
  const { openTunnel } = await import('./tunnel');
  return openTunnel(target, { proxy, timeoutMs });
}
