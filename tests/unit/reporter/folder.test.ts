/** The folder of the run page replaces what it has made itself, and nothing else. */
import { link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GENERATOR, PageFolder } from '../../../src/reporter/run/folder';

const PAGE = `<meta ${GENERATOR} />`;

let results: string;
let path: string;
beforeEach(async () => {
  results = await mkdtemp(join(tmpdir(), 'sw-folder-'));
  path = join(results, 'page');
});
afterEach(async () => rm(results, { recursive: true }));

async function clip(name: string, text = name): Promise<string> {
  const file = join(results, `${name}.mp4`);
  await writeFile(file, text);
  return file;
}

/** Writes a page with clips. */
async function write(names: string[]): Promise<void> {
  const folder = await PageFolder.open(path);
  const files = await Promise.all(
    names.map(async (name): Promise<[string, string]> => [`${name}-0-clip`, await clip(name)]),
  );
  await folder.take(new Map(files));
  await folder.write(PAGE);
}

test("a page that is somebody else's stays, with all that is beside it", async () => {
  await mkdir(join(path, 'data'), { recursive: true });
  await writeFile(join(path, 'index.html'), '<h1>The site</h1>');
  await writeFile(join(path, 'data/a-0-clip.mp4'), 'theirs');
  await expect(PageFolder.open(path)).rejects.toThrow('holds an index.html that is not ours');
  await PageFolder.clear(path);
  expect(await readFile(join(path, 'index.html'), 'utf8')).toBe('<h1>The site</h1>');
  expect(await readFile(join(path, 'data/a-0-clip.mp4'), 'utf8')).toBe('theirs');
});

test('of an earlier page its clips are removed, and no other files', async () => {
  await write(['a', 'b']);
  await writeFile(join(path, 'data/prices.json'), '[]');
  await write(['b', 'c']);
  expect((await readdir(join(path, 'data'))).sort()).toEqual([
    'b-0-clip.mp4',
    'c-0-clip.mp4',
    'prices.json',
  ]);
  expect(await PageFolder.holdsPage(path)).toBe(true);
});

test('an earlier page is whole until the new one is written', async () => {
  await write(['a']);
  const folder = await PageFolder.open(path);
  await folder.take(new Map([['b-0-clip', await clip('b')]]));
  expect(await readdir(join(path, 'data'))).toContain('a-0-clip.mp4');
  expect(await PageFolder.holdsPage(path)).toBe(true);
});

test('a page can be removed, and its folder, unless there is more in it', async () => {
  await write(['a']);
  await PageFolder.clear(path);
  await expect(readdir(path)).rejects.toThrow('ENOENT');
  await write(['a']);
  await writeFile(join(path, 'data/prices.json'), '[]');
  await PageFolder.clear(path);
  expect(await readdir(path, { recursive: true })).toEqual(['data', join('data', 'prices.json')]);
});

test('a file that cannot be taken is told of, and the others are there', async () => {
  const folder = await PageFolder.open(path);
  const good = await clip('good');
  const gone = join(results, 'gone.mp4');
  await mkdir(join(results, 'folder.mp4'));
  const { places, problems } = await folder.take(
    new Map([
      ['a-0-clip', join(results, 'folder.mp4')],
      ['b-0-clip', gone],
      ['c-0-clip', good],
    ]),
  );
  expect([...places]).toEqual([[good, 'data/c-0-clip.mp4']]);
  expect(problems).toEqual([expect.stringMatching(/^a-0-clip\.mp4 is not in the run page: /)]);
  expect(await readdir(join(path, 'data'))).toEqual(['c-0-clip.mp4']); // and no part of another one
});

test('the same clip again is no trouble', async () => {
  await write(['a']);
  await rm(join(results, 'a.mp4'));
  await link(join(path, 'data/a-0-clip.mp4'), join(results, 'again.mp4'));
  const folder = await PageFolder.open(path);
  await folder.take(new Map([['a-0-clip', join(results, 'again.mp4')]]));
  expect(await readdir(join(path, 'data'))).toEqual(['a-0-clip.mp4']);
});
