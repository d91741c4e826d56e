/** Many processes, one cookie file: no cookie is lost, whoever is killed, and nothing but the file remains. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'tsup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { orAfter } from '../../../src/base/deadline';
import { readCookieFile, saveCookies } from '../../../src/cookies/index';

const cookie = { name: 'mine', value: '1', domain: 'example.com', path: '/', httpOnly: true };

let scripts: string;
let folder: string;
let file: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  scripts = await mkdtemp(join(tmpdir(), 'cookie-savers-'));
  await build({
    config: false,
    entry: [join(import.meta.dirname, 'saver.ts')],
    format: ['esm'],
    outDir: scripts,
    outExtension: () => ({ js: '.mjs' }),
    silent: true,
  });
});
afterAll(async () => rm(scripts, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-files-'));
  file = join(folder, 'cookies.json');
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await rm(folder, { recursive: true });
});

describe('parallel processes', () => {
  test('8 processes save 25 cookies each: all 200 are there', async () => {
    const savers = Array.from({ length: 8 }, (_, index) => start('save', file, `p${index}`, '25'));
    expect(await Promise.all(savers.map(async (saver) => saver.exitCode))).toEqual(
      Array(8).fill(0),
    );
    const names = (await readCookieFile(file)).map(({ name }) => name).sort();
    expect(names).toEqual(savers.flatMap(({ lines }) => lines).sort());
    expect(names).toHaveLength(200);
    expect(await readdir(folder)).toEqual(['cookies.json']);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('killed while they save: the file is whole, and holds all that they said was saved', async () => {
    const savers = Array.from({ length: 6 }, (_, index) =>
      start('save', file, `p${index}`, '1000'),
    );
    for (const [index, saver] of savers.entries()) {
      await saver.line(5 + index * 3);
      saver.child.kill('SIGKILL');
    }
    await Promise.all(savers.map(async (saver) => saver.exitCode));
    await saveCookies(file, { loaded: [], current: [cookie] });
    const names = (await readCookieFile(file)).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([...savers.flatMap(({ lines }) => lines), 'mine']),
    );
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveLength(names.length);
  });
});

describe('the holder of the lock', () => {
  test('that was killed holds nobody up, and what it had begun is cleared away', async () => {
    const holder = start('hold', file);
    await holder.line(1);
    expect((await readdir(folder)).length).toBe(2); // the lock and the half of a file
    holder.child.kill('SIGKILL');
    await holder.exitCode;
    const sinceMs = performance.now();
    await saveCookies(file, { loaded: [], current: [cookie] });
    expect(performance.now() - sinceMs).toBeLessThan(8_000); // a holder that lives is waited for longer
    expect(await readdir(folder)).toEqual(['cookies.json']);
  });

  test('that lives is waited for', async () => {
    const holder = start('hold', file);
    await holder.line(1);
    const saved = saveCookies(file, { loaded: [], current: [cookie] });
    expect(await orAfter(saved, 500, 'waits')).toBe('waits');
    await holder.write('go on');
    await saved;
    await holder.line(3);
    expect(holder.lines).toEqual(['held', 'still held', 'released']);
    expect(await readCookieFile(file)).toMatchObject([cookie]);
  });

  test.skipIf(process.platform === 'win32')(
    'that was stopped is passed over after 10 s, and begins again when it goes on',
    async () => {
      const holder = start('hold', file);
      await holder.line(1);
      holder.child.kill('SIGSTOP');
      await saveCookies(file, { loaded: [], current: [cookie] });
      expect(await readdir(folder)).toEqual(['cookies.json']);
      holder.child.kill('SIGCONT');
      await holder.write('go on');
      await holder.line(2);
      expect(holder.lines).toEqual(['held', 'held']); // its first try found the lock lost
      await holder.write('go on');
      expect(await holder.exitCode).toBe(0);
      expect(await readCookieFile(file)).toMatchObject([cookie]);
    },
  );
});

/** A process of saver.ts, and the lines that it has said. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [join(scripts, 'saver.mjs'), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  const lines: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const output = createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(text);
    for (const { count, resolve } of waiting) if (lines.length >= count) resolve();
  });
  const closed = once(output, 'close');
  return {
    child,
    lines,
    exitCode: Promise.all([once(child, 'exit'), closed]).then(([[code]]) => code as number | null),
    line: async (count: number) =>
      new Promise<void>((resolve) =>
        lines.length >= count ? resolve() : waiting.push({ count, resolve }),
      ),
    write: async (text: string) =>
      new Promise<void>((resolve) => child.stdin.write(`${text}\n`, () => resolve())),
  };
}
