/** Sessions must not outlive the process that started them, when it can still do something about it. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { eventually } from '../../eventually';
import { SessionsClient } from '../../../src/client/index';
import { startSessionServer, type SessionServer } from '../../../src/server/index';

let folder: string;
let server: SessionServer;
let client: SessionsClient;

/** A program that starts a session and then does as its first argument says. */
const PROGRAM = `
import { SessionsClient } from ${JSON.stringify(resolve('src/client/index'))};
async function main() {
  const [mode, apiUrl, apiKey] = process.argv.slice(2);
  const client = new SessionsClient({ apiUrl, apiKey });
  const before = process.listenerCount('SIGINT');
  if (mode === 'own-handler') process.on('SIGINT', () => {}).on('SIGUSR2', () => process.exit(7));
  const starting = client.start({ idleTimeout: 1_800_000, maxDuration: 3_600_000 });
  if (mode === 'while-starting') console.log('starting');
  const session = await starting;
  if (mode === 'stopped') {
    await session.stop();
    console.log(process.listenerCount('SIGINT') === before ? 'no handler left' : 'a handler is left');
    return;
  }
  console.log('started ' + session.id);
  if (mode === 'both-builds') {
    const { SessionsClient: Other } = await import('./client.mjs');
    await new Other({ apiUrl, apiKey }).start({ idleTimeout: 1_800_000, maxDuration: 3_600_000 });
    console.log('started another');
  }
  if (mode !== 'forgets') setInterval(() => {}, 1000);
}
void main();
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-process-end-'));
  await writeFile(join(folder, 'program.ts'), PROGRAM);
  await Promise.all([
    bundle(join(folder, 'program.ts'), 'program.cjs', 'cjs'),
    bundle(resolve('src/client/index.ts'), 'client.mjs', 'esm'),
  ]);
  server = await startSessionServer({ recording: 'on-demand' });
  client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
});
afterAll(async () => {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** What `require` and `import` load is built apart, as in the package. */
async function bundle(entry: string, name: string, format: 'cjs' | 'esm'): Promise<void> {
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format,
    outfile: join(folder, name),
    external: ['playwright-core', './client.mjs'],
    nodePaths: [resolve('node_modules')],
    logLevel: 'error',
    banner:
      format === 'esm'
        ? {
            js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
          }
        : {},
  });
}

type Program = ChildProcessByStdio<null, Readable, null>;

async function run(mode: string): Promise<{ child: Program; said: string }> {
  const child = spawn(
    process.execPath,
    [join(folder, 'program.cjs'), mode, server.url, server.apiKey],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

async function running(): Promise<string[]> {
  return (await client.list()).items.map(({ id }) => id);
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s stops the session, and then ends the process as ever',
  async (signal) => {
    const { child, said } = await run('waits');
    expect(await running()).toEqual([said.replace('started ', '')]);
    const exit = once(child, 'exit');
    child.kill(signal);
    expect(await exit).toEqual([null, signal]);
    expect(await running()).toEqual([]);
  },
);

test('a process that has loaded the package by import and by require ends on one Ctrl-C, and stops the sessions of both', async () => {
  const { child } = await run('both-builds');
  onTestFinished(() => void child.kill('SIGKILL'));
  await eventually(async () => expect(await running()).toHaveLength(2));
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  expect(await Promise.race([exit, delay(40_000, 'still running', { ref: false })])).toEqual([
    null,
    'SIGINT',
  ]);
  expect(await running()).toEqual([]);
});

test('a signal during a start stops the session that it makes', async () => {
  const { child } = await run('while-starting');
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  expect(await exit).toEqual([null, 'SIGINT']);
  expect(await running()).toEqual([]);
});

test('a program with a handler of its own decides itself when to end', async () => {
  const { child } = await run('own-handler');
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  await eventually(async () => expect(await running()).toEqual([]));
  child.kill('SIGUSR2');
  expect(await exit).toEqual([7, null]);
});

test('a program that forgets its session and has nothing left to do stops it', async () => {
  const { child, said } = await run('forgets');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await running()).toEqual([]);
  expect((await client.status(said.replace('started ', ''))).status).toBe('closed');
});

test('there are no handlers while there is nothing to stop', async () => {
  const { child, said } = await run('stopped');
  expect(said).toBe('no handler left');
  await once(child, 'exit');
});
