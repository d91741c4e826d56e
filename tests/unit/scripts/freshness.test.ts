/** The set-up must do nothing when there is nothing to do, and never skip what is needed. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportedFiles, whyBuild, whyInstall } from '../../../scripts/lib/freshness.mjs';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'freshness-'));
});
afterEach(() => rm(root, { recursive: true }));

async function write(file: string, content: string | object, atSeconds = 1_000): Promise<void> {
  const path = join(root, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  await utimes(path, atSeconds, atSeconds);
  await utimes(dirname(path), atSeconds, atSeconds);
}

describe('whyInstall', () => {
  const zod = { version: '4.6.0' };
  const musl = { version: '1.0.0', optional: true };

  async function lock(wanted: object, installed?: object): Promise<string | undefined> {
    await write('package-lock.json', { packages: { '': { name: 'x' }, ...wanted } });
    if (installed) await write('node_modules/.package-lock.json', { packages: installed });
    return whyInstall(root);
  }

  it('asks for an install when there is none', async () => {
    expect(await lock({ 'node_modules/zod': zod })).toBe('no packages yet');
  });

  it('is content with the same packages, and with optional ones for other systems left out', async () => {
    expect(
      await lock(
        { 'node_modules/zod': zod, 'node_modules/musl': musl },
        { 'node_modules/zod': zod },
      ),
    ).toBeUndefined();
  });

  it.each([
    ['another version', { 'node_modules/zod': { version: '4.5.0' } }, 'zod 4.6.0 is missing'],
    ['a missing package', {}, 'zod 4.6.0 is missing'],
    [
      'a package too many',
      { 'node_modules/zod': zod, 'node_modules/left-pad': zod },
      'left-pad does not belong',
    ],
  ])('names %s', async (_, installed, reason) => {
    expect(await lock({ 'node_modules/zod': zod }, installed)).toBe(reason);
  });
});

describe('whyBuild', () => {
  beforeEach(async () => {
    await write('package.json', {
      bin: { x: './dist/cli.js' },
      exports: { '.': { import: './dist/index.js' }, './package.json': './package.json' },
    });
    await write('src/deep/a.ts', '');
    await utimes(join(root, 'src'), 1_000, 1_000);
  });

  it('lists what the package exports', () => {
    expect(
      exportedFiles({
        bin: { x: './dist/cli.js' },
        exports: { '.': { import: { types: './dist/a.d.ts' }, require: './dist/cli.js' } },
      }),
    ).toEqual(['./dist/cli.js', './dist/a.d.ts']);
  });

  it('asks for a build when an exported file is missing', async () => {
    await write('dist/index.js', '', 2_000);
    expect(whyBuild(root)).toBe('./dist/cli.js is missing');
  });

  it('is content with a build that is newer than the sources, and not with an older one', async () => {
    await write('dist/index.js', '', 2_000);
    await write('dist/cli.js', '', 2_000);
    expect(whyBuild(root)).toBeUndefined();
    await write('src/deep/a.ts', 'changed', 3_000);
    expect(whyBuild(root)).toContain('deep');
  });

  it('notices a source that was deleted', async () => {
    await write('dist/index.js', '', 2_000);
    await write('dist/cli.js', '', 2_000);
    await rm(join(root, 'src/deep/a.ts'));
    expect(whyBuild(root)).toContain('deep');
  });
});
