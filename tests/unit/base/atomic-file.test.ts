import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { moveOver, replaceFile, throughDraft } from '../../../src/base/atomic-file';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

test.each([true, false])('a file is made and replaced (durable: %s)', async (isDurable) => {
  const file = join(folder, 'a.txt');
  await replaceFile(file, 'one', { isDurable });
  expect(await readFile(file, 'utf8')).toBe('one');
  await replaceFile(file, Buffer.from('two'), { isDurable });
  expect(await readFile(file, 'utf8')).toBe('two');
  expect(await readdir(folder)).toEqual(['a.txt']);
});

test.skipIf(process.platform === 'win32')(
  'only the owner may read it, whatever its permissions were, unless others were asked for',
  async () => {
    const file = join(folder, 'a.txt');
    await writeFile(file, 'one');
    await chmod(file, 0o666);
    await replaceFile(file, 'two');
    expect(await modeOf(file)).toBe(0o600);
    await replaceFile(file, 'three', { mode: 0o400 });
    expect(await modeOf(file)).toBe(0o400);
  },
);

test('who reads it meanwhile reads the old content or the new', async () => {
  const file = join(folder, 'a.txt');
  const contents = ['a', 'b'].map((letter) => letter.repeat(100_000));
  await replaceFile(file, contents[0] ?? '');
  const writes = { areDone: false };
  const writing = (async () => {
    for (let i = 1; i <= 30; i++)
      await replaceFile(file, contents[i % 2] ?? '', { isDurable: false });
    writes.areDone = true;
  })();
  while (!writes.areDone) expect(contents).toContain(await readFile(file, 'utf8'));
  await writing;
});

test('many who replace it at once do not meet', async () => {
  const file = join(folder, 'a.txt');
  const contents = Array.from({ length: 20 }, (_, i) => String(i));
  await Promise.all(contents.map((content) => replaceFile(file, content, { isDurable: false })));
  expect(contents).toContain(await readFile(file, 'utf8'));
  expect(await readdir(folder)).toEqual(['a.txt']);
});

test('the new content is ready before the file is replaced, and a refusal then leaves the file as it is', async () => {
  const file = join(folder, 'a.txt');
  await writeFile(file, 'old');
  const draft = join(folder, 'draft');
  const refusing = replaceFile(file, 'new', {
    draft,
    beforeRename: async (path) => {
      expect(path).toBe(draft);
      expect(await readFile(path, 'utf8')).toBe('new');
      expect(await readFile(file, 'utf8')).toBe('old');
      throw new Error('refused');
    },
  });
  await expect(refusing).rejects.toThrow('refused');
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['a.txt']);
});

test('what cannot be written is told, and leaves nothing', async () => {
  await mkdir(join(folder, 'full', 'folder'), { recursive: true });
  await expect(replaceFile(join(folder, 'full'), 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM/);
  await expect(replaceFile(join(folder, 'none', 'a.txt'), 'x')).rejects.toThrow('ENOENT');
  expect(await readdir(folder)).toEqual(['full']);
});

test('a draft can be filled and placed in other ways', async () => {
  const file = join(folder, 'a.txt');
  const seen: string[] = [];
  await throughDraft(file, async (draft) => writeFile(draft, 'one'), {
    place: async (draft) => {
      seen.push(await readFile(draft, 'utf8'));
    },
  });
  expect(seen).toEqual(['one']);
  expect(await readdir(folder)).toEqual([]); // it was not placed, so nothing is there
});

test('a file takes the name of another', async () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  await writeFile(one, '1');
  await writeFile(two, '2');
  await moveOver(one, two);
  expect(await readFile(two, 'utf8')).toBe('1');
  await expect(moveOver(one, two)).rejects.toThrow('ENOENT');
});
