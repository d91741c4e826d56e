/** What happens to a lock between two steps of a waiter: the file system is the real one, and something is done just before a file is made. */
import type * as fs from 'node:fs/promises';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually } from '../../eventually';

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  return { ...real, open: vi.fn(real.open) };
});
vi.resetModules(); // another test file may have loaded it
const { ownProcess } = await import('../../../src/base/processes');
const { withFileLock } = await import('../../../src/cookies/index');
afterAll(() => vi.resetModules());
const realOpen = vi.mocked(open).getMockImplementation() ?? open;

let folder: string;
let file: string;
let lockFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-locks-'));
  file = join(folder, 'cookies.json');
  lockFile = `${file}.lock`;
});
afterEach(async () => {
  vi.mocked(open).mockImplementation(realOpen);
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Does something before each time that this file is made. */
function before(path: string, action: (time: number) => Promise<void> | void): void {
  let time = 0;
  vi.mocked(open).mockImplementation(async (...args) => {
    if (args[0] === path) await action(++time);
    return realOpen(...args);
  });
}

const error = (code: string) => Object.assign(new Error(code), { code });

test('the lock that another has made while a dead one was looked at is left alone', async () => {
  const claim = { ...ownProcess(), token: 'other' };
  const living = JSON.stringify(claim);
  await writeFile(lockFile, JSON.stringify({ ...claim, pid: 2 ** 22 + 1 })); // no process has such an id
  before(`${lockFile}.guard`, async (time) => {
    if (time === 1) await writeFile(lockFile, living);
  });
  let isHeld = false;
  const working = withFileLock(file, async () => {
    isHeld = true;
  });
  await eventually(() => expect(vi.mocked(open).mock.calls.length).toBeGreaterThan(5));
  expect(isHeld).toBe(false);
  expect(await readFile(lockFile, 'utf8')).toBe(living);
  await rm(lockFile);
  await working;
  expect(await readdir(folder)).toEqual([]);
});

test('a lock that a full disk does not take is not left there, to hold everybody up', async () => {
  vi.mocked(open).mockImplementation(async (...args) => {
    const handle = await realOpen(...args);
    if (args[0] === lockFile) vi.spyOn(handle, 'writeFile').mockRejectedValue(error('ENOSPC'));
    return handle;
  });
  await expect(withFileLock(file, async () => undefined)).rejects.toThrow('ENOSPC');
  expect(await readdir(folder)).toEqual([]);
});

test('on Windows, a lock that is just being removed is waited for', async () => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
  let tries = 0;
  before(lockFile, (time) => {
    tries = time;
    if (time < 3) throw error('EPERM');
  });
  await withFileLock(file, async () => undefined);
  expect(tries).toBe(3);
});

test.each([
  ['win32', 'EACCES'],
  ['linux', 'EPERM'],
] as const)('on %s, %s says that no lock can be made', async (platform, code) => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform);
  before(lockFile, () => {
    throw error(code);
  });
  await expect(withFileLock(file, async () => undefined)).rejects.toMatchObject({ code });
});
