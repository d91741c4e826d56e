/** Where the sessions of a round come from, and what of it can be struck. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serve, type ServeProcess } from '../e2e/support/serve-process';
import { freePort } from '../free-port';
import { CLOCK } from './clock';
import { Door } from './door';
import { StruckGrid } from './struck-grid';

/** The kinds of session that are tried. */
export const PLACES = [
  'embedded',
  'self-hosted over cdp',
  'self-hosted over playwright',
  'grid',
] as const;
export type PlaceName = (typeof PLACES)[number];

/** One of them, ready for runs. */
export interface Place {
  name: PlaceName;
  /** Options of the run's `use`, as source text, and its environment. */
  use: string;
  env: Record<string, string>;
  /** Undefined where nobody serves them. */
  api?: SelfHosted;
  grid?: StruckGrid;
  /** Sessions that are there, in words. */
  sessions(): Promise<string[]>;
  /** Whatever was struck is there again. */
  recovered(): Promise<void>;
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
    await writeFile(join(folder, 'clock.cjs'), CLOCK);
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
  return serve(
    [
      ...['--port', String(door.target), '--public-url', door.url],
      ...['--data-dir', join(folder, 'data')],
    ],
    { NODE_OPTIONS: `--require ${join(folder, 'clock.cjs')}` },
  );
}

/** Opens a place. The caller closes it. */
export async function openPlace(name: PlaceName): Promise<Place> {
  if (name === 'embedded') return embedded();
  return name === 'grid' ? onGrid() : selfHosted(name);
}

function embedded(): Place {
  return {
    name: 'embedded',
    use: '',
    env: { NOTTE_API_URL: '', NOTTE_API_KEY: '' },
    sessions: async () => [],
    recovered: async () => undefined,
    close: async () => undefined,
  };
}

async function selfHosted(name: PlaceName): Promise<Place> {
  const api = await SelfHosted.start();
  const transport = name.endsWith('playwright') ? 'playwright' : 'cdp';
  return {
    name,
    use: `sessionOptions: { transport: '${transport}' }`,
    env: { NOTTE_API_URL: api.door.url, NOTTE_API_KEY: 'key' },
    api,
    sessions: async () => (await api.activeSessions()).map((id) => `session ${id}`),
    recovered: async () => api.door.mend(),
    close: async () => api.close(),
  };
}

async function onGrid(): Promise<Place> {
  const grid = await StruckGrid.open();
  return {
    name: 'grid',
    use: '',
    env: { NOTTE_API_URL: '', NOTTE_API_KEY: '', SELENIUM_REMOTE_URL: grid.url },
    grid,
    sessions: async () => grid.sessions(),
    recovered: async () => grid.recovered(),
    close: async () => grid.close(),
  };
}
