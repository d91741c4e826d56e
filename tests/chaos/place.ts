/** Where the sessions of a round come from, and what of it can be struck. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serve, type ServeProcess } from '../e2e/support/serve-process';
import { freePort } from '../free-port';
import { Door } from './door';

/** The kinds of session that are tried. */
export const PLACES = ['embedded', 'self-hosted over cdp', 'self-hosted over playwright'] as const;
export type PlaceName = (typeof PLACES)[number];

/** One of them, ready for a run. */
export interface Place {
  name: PlaceName;
  /** Options of the run's `use`, as source text, and its environment. */
  use: string;
  env: Record<string, string>;
  /** The API's way in; undefined for embedded ones. */
  api?: SelfHosted;
  close(): Promise<void>;
}

/** A server that can be killed, behind a door that can be broken. */
export class SelfHosted {
  readonly door: Door;
  readonly #folder: string;
  #server: ServeProcess;

  private constructor(door: Door, folder: string, server: ServeProcess) {
    this.door = door;
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<SelfHosted> {
    const [door, folder] = await Promise.all([
      Door.open(),
      mkdtemp(join(tmpdir(), 'sw-chaos-server-')),
    ]);
    return new SelfHosted(door, folder, await startBehind(door, folder));
  }

  get pid(): number {
    return this.#server.child.pid ?? 0;
  }

  /** It dies at once, and is started again after this time, in milliseconds, by whoever looks after it. */
  async restart(afterMs: number): Promise<void> {
    await this.#server.end('SIGKILL');
    await delay(afterMs);
    this.#server = await startBehind(this.door, this.#folder);
  }

  async stopSession(id: string): Promise<void> {
    await this.#server.call('DELETE', `/sessions/${id}/stop`);
  }

  async activeSessions(): Promise<string[]> {
    const { body } = await this.#server.call('GET', '/sessions?only_active=true');
    return (body['items'] as { session_id: string }[]).map(({ session_id: id }) => id);
  }

  async close(): Promise<void> {
    this.door.close();
    await this.#server.end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** What it prints is the door's URL, so its port is chosen here. */
async function startBehind(door: Door, folder: string): Promise<ServeProcess> {
  door.target ||= await freePort();
  return serve(['--port', String(door.target), '--data-dir', folder, '--public-url', door.url]);
}

export async function openPlace(name: PlaceName): Promise<Place> {
  if (name === 'embedded')
    return {
      name,
      use: '',
      env: { NOTTE_API_URL: '', NOTTE_API_KEY: '' },
      close: async () => undefined,
    };
  const api = await SelfHosted.start();
  const transport = name.endsWith('playwright') ? 'playwright' : 'cdp';
  return {
    name,
    use: `sessionOptions: { transport: '${transport}' }`,
    env: { NOTTE_API_URL: api.door.url, NOTTE_API_KEY: 'key' },
    api,
    close: async () => api.close(),
  };
}
