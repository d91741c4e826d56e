/**
 * Where the sessions of a run come from: a remote API when a key, an URL or the environment names one, else a session server
 * that this host embeds. One embedded server per browser setting, since executable, channel and arguments are no wire fields.
 */
import { join } from 'node:path';
import type { ClientWarning, SessionsClient } from '../client/index';
import { environment } from '../options/environment';
import { describeSource, hasRemoteApi } from '../options/source';
import type { SessionOptions } from '../options/types';
import type { SessionServer } from '../server/index';
import type { BrowserSettings } from './protocol';

/** One place that sessions come from. */
export interface Source {
  client: SessionsClient;
  api: { url: string; key: string };
  /** For the line that says where sessions come from; holds no secret. */
  label: string;
  /** The embedded server, when this host owns it. */
  server?: SessionServer;
}

/** Opens sources when they are first needed, and closes all of them at the end. */
export class Sources {
  readonly #workFolder: string;
  readonly #onWarning: (warning: ClientWarning) => void;
  readonly #sources = new Map<string, Promise<Source>>();

  /**
   * @param workFolder - profiles and frames of embedded sessions go below it.
   * @param onWarning - told of sessions that may have been left: nobody reads what this process prints.
   */
  constructor(workFolder: string, onWarning: (warning: ClientWarning) => void) {
    this.#workFolder = workFolder;
    this.#onWarning = onWarning;
  }

  /** The source that these options ask for. */
  async for(options: SessionOptions, browser: BrowserSettings): Promise<Source> {
    const remote = hasRemoteApi(options);
    const key = JSON.stringify(
      remote
        ? ['remote', options.apiUrl, options.apiKey]
        : ['embedded', serverSettings(options, browser)],
    );
    const known = this.#sources.get(key);
    if (known) return known;
    const source = remote ? openRemote(options, this.#onWarning) : this.#embed(options, browser);
    this.#sources.set(key, source);
    source.catch(() => this.#sources.delete(key));
    return source;
  }

  async close(): Promise<void> {
    const settled = await Promise.allSettled(this.#sources.values());
    this.#sources.clear();
    await Promise.allSettled(
      settled.flatMap((it) => (it.status === 'fulfilled' ? [closeSource(it.value)] : [])),
    );
  }

  async #embed(options: SessionOptions, browser: BrowserSettings): Promise<Source> {
    const [{ startSessionServer }, { SessionsClient }] = await Promise.all([
      import('../server/index'),
      import('../client/index'),
    ]);
    const server = await startSessionServer({
      ...serverSettings(options, browser),
      recording: 'on-demand',
      workDir: join(this.#workFolder, `server-${this.#sources.size}`),
    });
    const client = new SessionsClient({
      apiUrl: server.url,
      apiKey: server.apiKey,
      handleSignals: false,
      onWarning: this.#onWarning,
    });
    return {
      client,
      server,
      api: { url: server.url, key: server.apiKey },
      label: describeSource(options),
    };
  }
}

async function openRemote(
  options: SessionOptions,
  onWarning: (warning: ClientWarning) => void,
): Promise<Source> {
  const { SessionsClient } = await import('../client/index');
  const apiUrl = options.apiUrl ?? environment.apiUrl;
  const apiKey = options.apiKey ?? environment.apiKey;
  const client = new SessionsClient({
    ...(apiUrl !== undefined && { apiUrl }),
    ...(apiKey !== undefined && { apiKey }),
    handleSignals: false,
    onWarning,
  });
  return { client, api: { url: client.apiUrl, key: apiKey ?? '' }, label: describeSource(options) };
}

async function closeSource(source: Source): Promise<void> {
  await source.client.close();
  await source.server?.close();
}

/** What shapes the browser of an embedded server, and is not said per session on the wire. */
function serverSettings(options: SessionOptions, browser: BrowserSettings): object {
  const settings = {
    executablePath: options.executablePath ?? browser.executablePath,
    channel: browser.channel,
    args: browser.args,
    ignoreDefaultArgs: browser.ignoreDefaultArgs,
    env: browser.env,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
