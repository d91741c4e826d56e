/** Small disks go with the process that has mounted them. Where this user may not mount one, nothing is tried. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canMount, SmallDisk } from '../small-disk';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'small disk '));
});
afterEach(async () => {
  for (const it of await mounted()) spawnSync('umount', [it]);
  await rm(folder, { recursive: true });
});

test.skipIf(!canMount())(
  'whoever mounts one unmounts those of processes that are gone, and of no other',
  async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    await mountBy(child.pid ?? 0, join(folder, 'of the dead'));
    await mountBy(process.ppid, join(folder, 'of the living'));
    const disk = await SmallDisk.mount(join(folder, 'own'), 1024 * 1024);
    expect(await mounted()).toEqual(['of the living', 'own'].map((it) => join(folder, it)));
    await disk.unmount();
    expect(await mounted()).toEqual([join(folder, 'of the living')]);
  },
);

/** As a process with this id would have. */
async function mountBy(pid: number, at: string): Promise<void> {
  await mkdir(at);
  const label = `sessionwright-small-disk-${pid}`;
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', label, at]).status).toBe(0);
}

async function mounted(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).replaceAll('\\040', ' ').split('\n');
  return lines.flatMap((line) => {
    const at = line.indexOf(folder);
    return at < 0 ? [] : [line.slice(at, line.indexOf(' tmpfs '))];
  });
}
