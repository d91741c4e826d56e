/** `startSessionServer()` without a folder, in a program that is killed: what it left in the folder for temporary files goes with whoever comes next. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { processesWith } from '../integration/processes';

const DIST = resolve(import.meta.dirname, '../../dist');
/** A program with a server and a session. It ends in order when it is told to. */
const PROGRAM = `
  import { startSessionServer } from ${JSON.stringify(join(DIST, 'server.js'))};
  const server = await startSessionServer();
  await fetch(server.url + '/sessions/start', { method: 'POST', headers: { authorization: 'Bearer ' + server.apiKey } });
  process.once('SIGTERM', () => server.close().then(() => process.exit()));
  console.log('ready');`;

let temp: string;

beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'sw-embedded-'));
});

afterEach(async () => rm(temp, { recursive: true, force: true }));

async function embed(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    env: { ...process.env, TMPDIR: temp },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await once(child, 'exit');
}

async function serverFolders(): Promise<string[]> {
  return (await readdir(temp)).filter((name) => name.startsWith('sessionwright-server-'));
}

test('the next server removes it, but nothing of a running server', async () => {
  const killed = await embed();
  const [left = ''] = await serverFolders();
  const living = await embed();
  await end(killed, 'SIGKILL');
  await eventually(async () => expect(await processesWith(join(temp, left))).toEqual([])); // Chromium ends by itself
  expect(await serverFolders()).toHaveLength(2);
  const next = await embed();
  expect(await serverFolders()).toHaveLength(2); // the living one's, and its own
  await Promise.all([end(living, 'SIGTERM'), end(next, 'SIGTERM')]);
  expect(await serverFolders()).toEqual([]);
});

test('so does reap', async () => {
  await end(await embed(), 'SIGKILL');
  await eventually(async () => expect(await processesWith(temp)).toEqual([])); // Chromium ends by itself
  const [left = ''] = await serverFolders();
  const reap = async (...args: string[]): Promise<unknown> =>
    JSON.parse(
      (
        await promisify(execFile)(
          process.execPath,
          [join(DIST, 'cli.js'), 'reap', '--json', ...args],
          { env: { ...process.env, TMPDIR: temp } },
        )
      ).stdout,
    );
  const swept = { removed: [join(temp, left)], notRemoved: [], stopped: [], left: [] };
  expect(await reap('--dry-run')).toEqual(swept);
  expect(await serverFolders()).toEqual([left]);
  expect(await reap()).toEqual(swept);
  expect(await readdir(temp)).toEqual([]);
});
