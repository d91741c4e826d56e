/** The lock beside a cookie file: who waits, for how long, and what is cleared away. Its holders are lock files as other processes leave them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../../eventually';
import { preparedFile, saveCookies, withFileLock } from '../../../src/cookies/index';

const cookie = { name: 'mine', value: '1', domain: 'example.com', path: '/', httpOnly: true };

let folder: string;
let file: string;
let lockFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-locks-'));
  file = join(folder, 'cookies.json');
  lockFile = `${file}.lock`;
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const save = async () => saveCookies(file, { loaded: [], current: [cookie] });

/** What the lock of another process says, and the token of that locking. */
async function holder({ pid = process.pid, host = hostname() }) {
  const own = await withFileLock(file, async ({ token }) => ({
    token,
    text: await readFile(lockFile, 'utf8'),
  }));
  const place = host === hostname() ? {} : { place: 'another boot' };
  const text = JSON.stringify({ ...(JSON.parse(own.text) as object), pid, host, ...place });
  return { token: own.token, text };
}

/** A clock that goes on by itself, and that the test moves on. */
function movableClock() {
  const now = performance.now.bind(performance);
  let passedMs = 0;
  let looks = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    looks++;
    return now() + passedMs;
  });
  return {
    pass: (ms: number) => (passedMs += ms),
    /** Waits until the saver has looked at the clock, so at the lock, a few times more. */
    whileWaiting: async (saving: Promise<unknown>) => {
      let isOver = false;
      const over = () => (isOver = true);
      void saving.then(over, over);
      const before = looks;
      await eventually(() => expect(isOver || looks > before + 3).toBe(true));
      expect(isOver, 'it went on without the lock').toBe(false);
    },
  };
}

describe('a lock', () => {
  test('names its holder while work is done, and is gone afterwards', async () => {
    const { text, token } = await holder({});
    expect(text).toContain(token);
    expect(JSON.parse(text)).toMatchObject({ pid: process.pid, host: hostname() });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is given up when the work fails', async () => {
    const failing = withFileLock(file, async () => Promise.reject(new Error('no space left')));
    await expect(failing).rejects.toThrow('no space left');
    expect(await readdir(folder)).toEqual([]);
  });

  test('that somebody removes by hand is no error', async () => {
    await withFileLock(file, async () => rm(lockFile));
    expect(await readdir(folder)).toEqual([]);
  });

  test('that cannot be made is told at once', async () => {
    await writeFile(join(folder, 'plain'), '');
    const failing = withFileLock(join(folder, 'plain', 'x', 'cookies.json'), async () => undefined);
    await expect(failing).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  test('that cannot be read is passed over after 10 s, or told', async () => {
    await mkdir(lockFile);
    const clock = movableClock();
    const saving = save();
    await clock.whileWaiting(saving);
    clock.pass(10_100);
    await expect(saving).rejects.toMatchObject({ code: 'cookie_file_unwritable', file });
  });
});

describe('a holder that is dead', () => {
  let dead: { token: string; text: string };
  beforeEach(async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    dead = await holder({ pid: child.pid ?? 0 });
    await writeFile(lockFile, dead.text);
  });

  test('is cleared away at once, with what it had begun to write', async () => {
    await writeFile(preparedFile(file, dead.token), '[{"name":');
    const sinceMs = performance.now();
    expect(await save()).toEqual({ saved: 1 });
    expect(performance.now() - sinceMs).toBeLessThan(5_000);
    expect(await readdir(folder)).toEqual(['cookies.json']);
  });

  test('is followed by one at a time, however many wait', async () => {
    let holders = 0;
    const work = async () => {
      const now = ++holders;
      for (let looks = 0; looks < 10; looks++) await access(lockFile);
      holders--;
      return now;
    };
    const most = await Promise.all(Array.from({ length: 8 }, async () => withFileLock(file, work)));
    expect(most).toEqual(Array(8).fill(1));
    expect(await readdir(folder)).toEqual([]);
  });

  test('and whoever was killed while it cleared: its guard is waited for 10 s', async () => {
    const guard = `${lockFile}.guard`;
    await writeFile(guard, '');
    const clock = movableClock();
    const saving = save();
    await clock.whileWaiting(saving);
    await utimes(guard, new Date(), new Date(Date.now() - 7_000));
    await clock.whileWaiting(saving);
    await utimes(guard, new Date(), new Date(Date.now() - 11_000));
    expect(await saving).toEqual({ saved: 1 });
    expect(await readdir(folder)).toEqual(['cookies.json']);
  });
});

describe('a holder that may live', () => {
  test.each([
    ['on this machine', {}],
    ['on another machine', { pid: 2 ** 30, host: 'elsewhere' }],
    ['that has not yet written its name', undefined],
  ])('%s is waited for 10 s, and then passed over', async (_, who) => {
    const text = who ? (await holder(who)).text : '';
    await writeFile(lockFile, text);
    const clock = movableClock();
    const saving = save();
    await clock.whileWaiting(saving);
    clock.pass(7_000); // and what this machine takes
    await clock.whileWaiting(saving);
    expect(await readFile(lockFile, 'utf8')).toBe(text);
    clock.pass(3_100);
    expect(await saving).toEqual({ saved: 1 });
    expect(await readdir(folder)).toEqual(['cookies.json']);
  });

  test('is followed at once when it gives the lock up', async () => {
    await writeFile(lockFile, (await holder({ host: 'elsewhere' })).text);
    const clock = movableClock();
    const saving = save();
    await clock.whileWaiting(saving);
    await rm(lockFile);
    expect(await saving).toEqual({ saved: 1 });
  });

  test('is given its own 10 s when it follows another, until 20 s of waiting are over', async () => {
    const holders = [];
    for (const pid of [1, 22, 333]) holders.push((await holder({ pid, host: 'elsewhere' })).text);
    const clock = movableClock();
    const saving = await waitForEach(holders, clock);
    await expect(saving.result).rejects.toMatchObject({
      name: 'CookieFileError',
      code: 'cookie_file_unwritable',
      file,
      message: expect.stringContaining(
        `process 333 on elsewhere holds ${lockFile} for more than 20 s`,
      ) as string,
    });
    expect(await readFile(lockFile, 'utf8')).toBe(holders[2]); // it is not ours to remove
  });

  test('is told as unknown when it has no name', async () => {
    const saving = await waitForEach(['one', 'two', 'three'], movableClock());
    await expect(saving.result).rejects.toThrow('process (unknown) on an unknown machine holds');
  });

  /** A saver that has waited 7, 7 and 6.1 s for one holder after the other, and what this machine takes. */
  async function waitForEach(
    holders: string[],
    clock: ReturnType<typeof movableClock>,
  ): Promise<{ result: Promise<unknown> }> {
    await writeFile(lockFile, holders[0] ?? '');
    const result = save();
    await clock.whileWaiting(result);
    for (const next of holders.slice(1)) {
      clock.pass(7_000);
      await clock.whileWaiting(result);
      await writeFile(lockFile, next);
      await clock.whileWaiting(result);
    }
    clock.pass(6_100);
    return { result };
  }
});

describe('a lock that was lost', () => {
  const fail = async () => Promise.reject(new Error('the lock was lost'));

  test('repeats the work, and its new holder keeps it', async () => {
    const { text } = await holder({ host: 'elsewhere' });
    const clock = movableClock();
    const tokens: string[] = [];
    const working = withFileLock(file, async (lock) => {
      tokens.push(lock.token);
      if (tokens.length > 1) return;
      clock.pass(11_000);
      await writeFile(lockFile, text); // another process took it over
      await fail();
    });
    await eventually(() => expect(tokens).toHaveLength(1));
    await clock.whileWaiting(working);
    expect(await readFile(lockFile, 'utf8')).toBe(text);
    await rm(lockFile);
    await working;
    expect(new Set(tokens).size).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  test('three times is an error', async () => {
    let runs = 0;
    const losing = withFileLock(file, async () => {
      runs++;
      await rm(lockFile);
      await fail();
    });
    await expect(losing).rejects.toThrow('the lock was lost');
    expect(runs).toBe(3);
  });
});
