/** One cookie file that many processes save to for a minute, while they are killed at any moment: none of the cookies that were saved is lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'tsup';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCookieFile, saveCookies } from '../../src/cookies/index';

const PROCESSES = 16;
const FOR_MS = 60_000;
/** Time between two kills, in milliseconds; another process takes the place of the killed one. */
const KILL_MS = 500;

let folder: string;
let file: string;
const savers = new Set<ChildProcess>();
const saved: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookies-under-fire-'));
  file = join(folder, 'cookies.json');
  await build({
    config: false,
    entry: [join(import.meta.dirname, '../integration/cookies/saver.ts')],
    format: ['esm'],
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    silent: true,
  });
});
afterEach(async () => {
  for (const saver of savers) saver.kill('SIGKILL');
  await rm(folder, { recursive: true, maxRetries: 10, retryDelay: 100 });
});

/** A process that saves one cookie after the other, and says which it has saved. */
function startSaver(name: string): void {
  const saver = spawn(process.execPath, [join(folder, 'saver.mjs'), 'save', file, name, '100000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  savers.add(saver);
  let said = '';
  saver.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (said + text).split('\n');
    said = lines.pop() ?? '';
    saved.push(...lines);
  });
}

async function killOldest(): Promise<void> {
  const [oldest] = savers;
  if (!oldest) throw new Error('No process saves any more.');
  expect(oldest.exitCode, 'a process that saves ends only when it is killed').toBeNull();
  savers.delete(oldest);
  const ended = once(oldest, 'close');
  oldest.kill('SIGKILL');
  await ended;
}

test(
  '16 processes save for a minute, and are killed one after the other: the file is whole, and no cookie is lost',
  { timeout: 600_000 },
  async () => {
    for (let n = 0; n < PROCESSES; n++) startSaver(`p${n}`);
    let killed = 0;
    for (const untilMs = performance.now() + FOR_MS; performance.now() < untilMs; killed++) {
      await delay(KILL_MS);
      await killOldest();
      startSaver(`q${killed}`);
      JSON.parse(await readFile(file, 'utf8').catch(() => '[]')); // whole at any moment
    }
    while (savers.size > 0) await killOldest();
    const mine = { name: 'mine', value: '1', domain: 'example.com', path: '/', httpOnly: true };
    await saveCookies(file, { loaded: [], current: [mine] }); // whatever the last one held is cleared
    const names = new Set((await readCookieFile(file)).map(({ name }) => name));
    expect(saved.filter((name) => !names.has(name))).toEqual([]);
    expect(saved.length).toBeGreaterThan(0);
    console.log(
      `${saved.length} cookies saved by ${PROCESSES} processes, ${killed} of them killed`,
    );
  },
);
