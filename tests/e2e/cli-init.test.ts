/** `sessionwright init` on whole projects: what it changes, what it leaves, and that a second run has nothing to do. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { Project } from './support/project';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
const PACKAGE = JSON.stringify({
  devDependencies: { '@playwright/test': '*', sessionwright: '*' },
});
const CONFIG = `import { defineConfig } from '@playwright/test';
export default defineConfig({ testDir: 'tests' });
`;
const SPEC = `import { test, expect } from '@playwright/test';
test('adds', () => expect(1 + 1).toBe(2));
`;

let project: Project;
afterEach(() => project.remove());

interface Result {
  written: boolean;
  changes: { file: string; diff: string }[];
  installs: { folder: string; command: string[] }[];
  manual: { file: string; line: number; problem: string; change: string }[];
}

async function init(
  args: string[],
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, 'init', ...args], {
    cwd: project.folder,
    env: project.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}

async function initJson(args: string[]): Promise<Result> {
  const { exitCode, stdout, stderr } = await init([...args, '--json']);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

test('shows the changes, makes them with --yes, and then has nothing to do', async () => {
  const files = { 'playwright.config.ts': CONFIG, 'tests/a.spec.ts': SPEC };
  project = await Project.create({ 'package.json': PACKAGE, ...files });
  const shown = await init(['--dry-run']);
  expect(shown.exitCode, shown.stderr).toBe(0);
  expect(shown.stdout).toContain("+import { test, expect } from 'sessionwright';");
  expect(await project.read('tests/a.spec.ts')).toBe(SPEC);

  const refused = await init([]); // no terminal
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('--yes');
  expect(await project.read('tests/a.spec.ts')).toBe(SPEC);

  const changed = await init(['--yes']);
  expect(changed.exitCode, changed.stderr).toBe(0);
  expect(await project.read('tests/a.spec.ts')).toBe(
    SPEC.replace('@playwright/test', 'sessionwright'),
  );
  expect(await project.read('playwright.config.ts')).toContain('withSessions({ testDir');

  const again = await init(['--yes']);
  expect(again.exitCode).toBe(0);
  expect(again.stdout).toMatch(/^Nothing to do/);
  expect(await initJson(['--yes'])).toMatchObject({ written: false, changes: [], installs: [] });
});

test('finds the configurations and the packages of a monorepo', async () => {
  project = await Project.create({
    'package.json': JSON.stringify({ private: true, workspaces: ['packages/*'] }),
    'pnpm-lock.yaml': '',
    'packages/a/package.json': JSON.stringify({ devDependencies: { '@playwright/test': '*' } }),
    'packages/a/playwright.config.ts': CONFIG,
    'packages/a/tests/package.json': '{ "type": "module" }',
    'packages/a/tests/a.spec.ts': SPEC,
    'packages/b/package.json': PACKAGE,
    'packages/b/playwright.config.ts':
      "import base from './playwright.base.config';\nexport default { ...base };\n",
    'packages/b/playwright.base.config.ts': CONFIG,
    'packages/b/playwright.ci.config.js': "module.exports = require('./playwright.config');\n",
    'packages/b/vitest.config.ts': "import { defineConfig } from 'vitest/config';\n",
    'packages/b/node_modules/c/c.spec.ts': SPEC,
    'packages/b/.generated/c.spec.ts': SPEC,
    'packages/c/unit.test.ts': "import { test } from 'vitest';\n",
  });
  const { changes, installs } = await initJson(['--dry-run']);
  expect(changes.map(({ file }) => file)).toEqual([
    'packages/a/playwright.config.ts',
    'packages/a/tests/a.spec.ts',
    'packages/b/playwright.ci.config.js',
    'packages/b/playwright.config.ts',
  ]);
  expect(installs).toEqual([
    {
      folder: 'packages/a',
      command: ['pnpm', 'add', '--save-dev', expect.stringMatching(/^sessionwright@\d/)],
    },
  ]);
});

test('names what it cannot change, with file, line and the change to make', async () => {
  project = await Project.create({
    'package.json': PACKAGE,
    'playwright.config.ts': "export { default } from './base';\n",
    'tests/a.spec.ts': "import { test } from '@playwright/test';\ntest('a', () => { if ( });\n",
    'tests/fixtures.ts':
      "import { test as base } from '@playwright/test';\n\nexport const test = base.extend({\n  session: async ({}, use) => use(1),\n});\n",
  });
  const { changes, manual } = await initJson(['--yes']);
  expect(changes).toEqual([]);
  expect(manual.map(({ file, line }) => `${file}:${line}`).sort()).toEqual([
    'playwright.config.ts:1',
    'tests/a.spec.ts:2',
    'tests/fixtures.ts:4',
  ]);
  const { stdout } = await init(['--yes']);
  expect(stdout).toContain('tests/fixtures.ts:4: ');
  expect(stdout).toContain('Rename it');
});

test('changes all files or none, and keeps their permissions', async () => {
  project = await Project.create({
    'package.json': PACKAGE,
    'tests/a.spec.ts': SPEC,
    'tests/b.spec.ts': SPEC,
  });
  const file = join(project.folder, 'tests/a.spec.ts');
  await chmod(file, 0o754);
  await initJson(['--yes']);
  expect((await stat(file)).mode & 0o777).toBe(0o754);
  expect(await readFile(file, 'utf8')).toContain("'sessionwright'");
});

test('fails in a folder without a suite', async () => {
  project = await Project.create({ 'index.ts': 'export {};\n' });
  const { exitCode, stderr } = await init(['--yes']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/No Playwright suite found in .*npm init playwright@latest/);
});
