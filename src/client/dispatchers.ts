/** Connection pools of a client. The first request loads undici, so that importing the client stays cheap. */
import type * as undiciModule from 'undici';
import type { Dispatcher } from 'undici';
import { authorizationFor } from '../base/addresses';
import { messageOf } from '../base/errors';
import { proxyFor } from '../options/network-proxy';
import { ProxyRefusal } from './proxy-refusal';

type Undici = typeof undiciModule;

/** Sends one request over a pool. */
export type RequestOptions = Omit<Dispatcher.RequestOptions, 'origin' | 'path'>;

/** Time limit to open a connection, in milliseconds: undici's default. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Loads undici, which takes longer than loading the client. */
export async function loadUndici(): Promise<Undici> {
  return import('undici');
}

/** Callers limit the time by a signal. undici's own limits would end calls that may take longer. */
const NO_LIMITS = { headersTimeout: 0, bodyTimeout: 0 };

/** undici's message about a proxy's answer (7.30). */
const REFUSED = /^Proxy (?:response|Authentication Required) \((\d{3})\)/;

/** Keep-alive pools: one per proxy of the environment, and one for direct connections. */
export class Dispatchers {
  #undici: Promise<Undici> | undefined;
  readonly #pools = new Map<string, Dispatcher>();

  /**
   * Sends one request. The caller consumes the body.
   * @throws {@link OptionsError} if the environment names an invalid proxy; {@link ProxyRefusal}; undici's errors
   */
  async request(url: URL, options: RequestOptions): Promise<Dispatcher.ResponseData<unknown>> {
    this.#undici ??= loadUndici();
    const proxy = proxyFor(url);
    const pool = this.#poolFor(proxy, await this.#undici);
    const target = { origin: url.origin, path: `${url.pathname}${url.search}` };
    try {
      return await pool.request({ ...NO_LIMITS, ...options, ...target });
    } catch (error) {
      const [, status] = REFUSED.exec(messageOf(error)) ?? [];
      throw proxy && status !== undefined ? new ProxyRefusal(proxy, Number(status)) : error;
    }
  }

  /** Closes all connections, idle or not. */
  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map(async (pool) => pool.destroy()));
  }

  #poolFor(proxy: URL | undefined, undici: Undici): Dispatcher {
    const kind = proxy?.href ?? 'direct';
    const known = this.#pools.get(kind);
    if (known) return known;
    const settings = { connectTimeout: CONNECT_TIMEOUT_MS };
    const pool = proxy
      ? new undici.ProxyAgent({ ...settings, ...proxySettings(undici, proxy) })
      : new undici.Agent(settings);
    this.#pools.set(kind, pool);
    return pool;
  }
}

/** Sends plain HTTP to a proxy without a tunnel, because many proxies refuse tunnels to port 80. Opening a tunnel has a time limit. */
function proxySettings(undici: Undici, proxy: URL): undiciModule.ProxyAgent.Options {
  const token = authorizationFor(proxy);
  return {
    uri: proxy.origin,
    ...(token !== undefined && { token }),
    proxyTunnel: false,
    clientFactory: (origin, options) =>
      new undici.Pool(origin, { ...options, headersTimeout: CONNECT_TIMEOUT_MS }),
  };
}
