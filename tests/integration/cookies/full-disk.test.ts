/** Cookies on a disk that is full. Where this user may not mount a small one, nothing is tried. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCookieFile, saveCookies } from '../../../src/cookies/index';
import { canMount, SmallDisk } from '../../small-disk';

const cookie = { name: 'mine', value: '1', domain: 'example.com', path: '/', httpOnly: true };
const larger = { ...cookie, name: 'larger', value: 'x'.repeat(8_000) };

let folder: string;
let disk: SmallDisk | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cookie-disk-'));
});
afterEach(async () => {
  await disk?.unmount();
  disk = undefined;
  await rm(folder, { recursive: true });
});

test.skipIf(!canMount())(
  'the file stays as it was, nothing lies beside it, and with room again saving goes on at once',
  async () => {
    disk = await SmallDisk.mount(join(folder, 'disk'), 1024 * 1024);
    const file = join(disk.folder, 'cookies.json');
    await saveCookies(file, { loaded: [], current: [cookie] });
    const before = await readFile(file, 'utf8');
    await disk.fill();
    await expect(saveCookies(file, { loaded: [], current: [larger] })).rejects.toMatchObject({
      code: 'cookie_file_unwritable',
    });
    expect(await readFile(file, 'utf8')).toBe(before);
    await disk.free();
    expect(await readdir(disk.folder)).toEqual(['cookies.json']);
    await saveCookies(file, { loaded: [], current: [larger] });
    expect(await readCookieFile(file)).toMatchObject([cookie, larger]);
  },
);
