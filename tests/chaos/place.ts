/** Where the sessions of a round come from, and what of it can be struck. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serve, type ServeProcess } from '../e2e/support/serve-process';
import { freePort } from '../free-port';
import { GroupWatch } from '../integration/processes';
import { SmallDisk } from '../small-disk';
import type { SessionOptions } from '../../src/options/types';
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
  /** What the run asks of its sessions, and its environment. */
  sessionOptions: SessionOptions;
  env: Record<string, string>;
  /** Undefined where nobody serves them. */
  api?: SelfHosted;
  grid?: StruckGrid;
  /** Sessions that are there, and what is left of others, in words. */
  left(): Promise<string[]>;
  /** Whatever was struck is there again. */
  recovered(): Promise<void>;
  close(): Promise<void>;
}

/** Of the disk of a server, in bytes: more than it keeps of a whole bench. */
const DISK_BYTES = 2 * 1024 ** 3;

/** A server that can be killed, behind a door that can be broken. */
export class SelfHosted {
  readonly door: Door;
  /** Where it keeps everything; undefined where no small disks can be had. */
  readonly disk: SmallDisk | undefined;
  readonly #folder: string;
  readonly #browsers: GroupWatch;
  #server: ServeProcess;

  private constructor(
    parts: { door: Door; disk: SmallDisk | undefined; folder: string },
    server: ServeProcess,
  ) {
    this.door = parts.door;
    this.disk = parts.disk;
    this.#folder = parts.folder;
    this.#browsers = new GroupWatch(`--user-data-dir=${dataOf(parts.folder)}`);
    this.#server = server;
  }

  static async start({ hasDisks }: { hasDisks: boolean }): Promise<SelfHosted> {
    const [door, folder] = await Promise.all([
      Door.open(),
      mkdtemp(join(tmpdir(), 'sw-chaos-server-')),
    ]);
    await writeFile(join(folder, 'clock.cjs'), CLOCK);
    const disk = hasDisks ? await SmallDisk.mount(dataOf(folder), DISK_BYTES) : undefined;
    return new SelfHosted({ door, disk, folder }, await startBehind(door, folder));
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

  /** Processes of its browsers, in words: of sessions that have ended, there is none. */
  async browsers(): Promise<string[]> {
    const found = await this.#browsers.left();
    return found.map((it) => `process of the server's browsers ${it.slice(0, 80)}`);
  }

  async close(): Promise<void> {
    this.door.close();
    this.#browsers.close();
    await this.#server.end('SIGTERM');
    await this.disk?.unmount();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** What it prints is the door's URL, so its port is chosen here. */
async function startBehind(door: Door, folder: string): Promise<ServeProcess> {
  door.target ||= await freePort();
  return serve(
    [
      ...['--port', String(door.target), '--public-url', door.url],
      ...['--data-dir', dataOf(folder)],
    ],
    { NODE_OPTIONS: `--require ${join(folder, 'clock.cjs')}` },
  );
}

function dataOf(folder: string): string {
  return join(folder, 'data');
}

/** Opens a place. The caller closes it. */
export async function openPlace(name: PlaceName, options: { hasDisks: boolean }): Promise<Place> {
  if (name === 'embedded') return embedded();
  return name === 'grid' ? onGrid() : selfHosted(name, options);
}

function embedded(): Place {
  return {
    name: 'embedded',
    sessionOptions: {},
    env: { NOTTE_API_URL: '', NOTTE_API_KEY: '' },
    left: async () => [],
    recovered: async () => undefined,
    close: async () => undefined,
  };
}

async function selfHosted(name: PlaceName, options: { hasDisks: boolean }): Promise<Place> {
  const api = await SelfHosted.start(options);
  const transport = name.endsWith('playwright') ? 'playwright' : 'cdp';
  return {
    name,
    sessionOptions: { transport },
    env: { NOTTE_API_URL: api.door.url, NOTTE_API_KEY: 'key' },
    api,
    left: async () => [
      ...(await api.activeSessions()).map((id) => `session ${id}`),
      ...(await api.browsers()),
    ],
    recovered: async () => api.door.mend(),
    close: async () => api.close(),
  };
}

async function onGrid(): Promise<Place> {
  const grid = await StruckGrid.open();
  return {
    name: 'grid',
    sessionOptions: {},
    env: { NOTTE_API_URL: '', NOTTE_API_KEY: '', SELENIUM_REMOTE_URL: grid.url },
    grid,
    left: async () => grid.sessions(),
    recovered: async () => grid.recovered(),
    close: async () => grid.close(),
  };
}
