import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ownProcess } from '../../../src/base/processes';
import {
  baseFolder,
  claimRunFolder,
  isOwnerAlive,
  listRunFolders,
  publishEndpoint,
  readEndpoint,
  removeRunFolder,
  type RunFolder,
} from '../../../src/host/run-folder';

let temp: string;
beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'sw-runs-'));
  vi.stubEnv('TMPDIR', temp);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(temp, { recursive: true });
});

test('of many contenders exactly one gets the folder', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimRunFolder(123, 1)));
  expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  expect(await readdir(baseFolder())).toEqual([
    expect.stringMatching(/^run-123\.1(\.[\da-f]{8})?$/),
  ]);
});

test('the folder tells its owner from the first moment, and its endpoint once that is up', async () => {
  const folder = await claimRunFolder(123, 1);
  if (!folder) throw new Error('not claimed');
  expect(await isOwnerAlive(folder)).toBe(true);
  expect(await readEndpoint(folder)).toBeUndefined();
  const endpoint = await publishEndpoint(folder, 4711);
  expect(await readEndpoint(folder)).toEqual(endpoint);
  expect(endpoint.token.length).toBeGreaterThanOrEqual(32);
});

test('a later process with the number of the owner is not the owner', async () => {
  const folder = await claimRunFolder(123, 1);
  if (!folder) throw new Error('not claimed');
  const file = join(folder.path, 'owner.json');
  const alive = async (owner: object): Promise<boolean> => {
    await writeFile(file, JSON.stringify({ ...ownProcess(), ...owner }));
    return isOwnerAlive(folder);
  };
  expect(await alive({})).toBe(true);
  expect(await alive({ startedAt: undefined })).toBe(true); // where the system does not say
  expect(await alive({ startedAt: 'before' })).toBe(false);
  expect(await alive({ pid: 2 ** 30 })).toBe(false);
  await rm(file);
  expect(await isOwnerAlive(folder)).toBe(false);
});

/** The folder of a run, as one of another container or machine finds it. */
async function elsewhere(runnerPid: number): Promise<RunFolder> {
  const folder = await claimRunFolder(runnerPid, 1);
  if (!folder) throw new Error('not claimed');
  await rename(folder.path, join(baseFolder(), `run-${runnerPid}.1.0123abcd`));
  const [found] = await listRunFolders();
  if (!found) throw new Error('not found');
  return found;
}

test('a run elsewhere takes no name, and is not the run of the process that has the same number here', async () => {
  expect(await elsewhere(123)).toMatchObject({ runnerPid: 123, isHere: false });
  expect(await listRunFolders(123)).toEqual([]);
  const own = await claimRunFolder(123, 1);
  expect(own).toMatchObject({ isHere: true });
  expect(await listRunFolders(123)).toEqual([own]);
});

test('a run elsewhere is alive as long as it renews its claim: nobody here knows its processes', async () => {
  const folder = await elsewhere(123);
  const file = join(folder.path, 'owner.json');
  await writeFile(file, JSON.stringify({ ...ownProcess(), pid: 2 ** 30, place: 'another boot' }));
  expect(await isOwnerAlive(folder)).toBe(true);
  const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
  await utimes(file, minutesAgo(14), minutesAgo(14));
  expect(await isOwnerAlive(folder)).toBe(true);
  await utimes(file, minutesAgo(16), minutesAgo(16));
  expect(await isOwnerAlive(folder)).toBe(false);
  await rm(file);
  expect(await isOwnerAlive(folder)).toBe(false);
});

test('the newest generation of a runner comes last, also beyond nine', async () => {
  for (const generation of [1, 2, 10]) await claimRunFolder(123, generation);
  await claimRunFolder(1234, 1);
  expect((await listRunFolders(123)).map((folder) => folder.generation)).toEqual([1, 2, 10]);
});

test('a run may begin at the moment at which the last other one ends', async () => {
  const runs = Array.from({ length: 8 }, async (_, runner) => {
    for (let generation = 1; generation <= 50; generation++) {
      const folder = await claimRunFolder(runner + 1, generation);
      if (!folder) throw new Error('not claimed');
      await removeRunFolder(folder);
    }
  });
  await Promise.all(runs);
  expect(await readdir(temp)).toEqual([]);
});

test('the last one out takes the base folder along', async () => {
  const [one, two] = [await claimRunFolder(1, 1), await claimRunFolder(2, 1)];
  if (!one || !two) throw new Error('not claimed');
  await removeRunFolder(one);
  expect(await readdir(temp)).toHaveLength(1);
  await removeRunFolder(two);
  expect(await readdir(temp)).toEqual([]);
});

/** A run's folder as another user would have laid it out, to be found by us. */
async function trap(): Promise<void> {
  const folder = join(baseFolder(), 'run-123.1');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'endpoint.json'), '{"pid":1,"port":1,"token":"trap"}');
}

test.runIf(process.getuid?.() === 0)(
  'a base folder of another user is refused, and nothing in it is read',
  async () => {
    await trap();
    await chown(baseFolder(), 65534, 65534);
    await expect(listRunFolders(123)).rejects.toThrow('belongs to another user (id 65534)');
    await expect(claimRunFolder(123, 2)).rejects.toMatchObject({ code: 'host_unavailable' });
  },
);

test.skipIf(process.platform === 'win32')(
  'a base folder that others may enter is refused',
  async () => {
    await trap();
    for (const mode of [0o777, 0o750, 0o701]) {
      await chmod(baseFolder(), mode);
      await expect(listRunFolders(123)).rejects.toThrow(`(mode ${mode.toString(8)})`);
    }
    await chmod(baseFolder(), 0o700);
    expect(await listRunFolders(123)).toHaveLength(1);
  },
);

test('a link in place of the base folder is refused, wherever it leads', async () => {
  await trap();
  await rename(baseFolder(), join(temp, 'elsewhere'));
  await symlink(join(temp, 'elsewhere'), baseFolder(), 'junction');
  await expect(listRunFolders(123)).rejects.toThrow('it is a link or a file');
});
