/** Installs `sessionwright` with the package manager of the project. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { peerDependencies, version } from '../../../package.json';
import { declares, folderWith, packageFolderOf, readPackage, type PackageJson } from './suite';

/** One command to run in one folder. */
export interface Install {
  folder: string;
  command: string[];
}

/** The package managers, by the file that each writes. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

const LOCK_FILES: Readonly<Record<string, PackageManager>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
};

/** The commands that packages of these files still need. */
export async function installsFor(files: readonly string[], root: string): Promise<Install[]> {
  const folders = await Promise.all(files.map(async (file) => packageFolderOf(file, root)));
  const installs = await Promise.all([...new Set(folders)].sort().map(installFor));
  return installs.filter((it) => it !== undefined);
}

/** The package manager of a project: `packageManager` of its `package.json`, else its lock file, else npm. */
async function packageManagerOf(folder: string): Promise<PackageManager> {
  const withField = folderWith(folder, ['package.json', ...Object.keys(LOCK_FILES)]);
  for (let at = withField; at !== undefined; at = folderWith(join(at, '..'), ['package.json'])) {
    const named = /^(npm|pnpm|yarn|bun)@/.exec((await readPackage(at))?.packageManager ?? '')?.[1];
    if (named !== undefined) return named as PackageManager;
    if (join(at, '..') === at) break;
  }
  const locked = folderWith(folder, Object.keys(LOCK_FILES));
  const lock = Object.keys(LOCK_FILES).find((name) => existsSync(join(locked ?? folder, name)));
  return LOCK_FILES[lock ?? ''] ?? 'npm';
}

/**
 * Runs a command, with its output on stderr.
 * @throws if it fails
 */
export async function runInstall({ folder, command }: Install): Promise<void> {
  const [name = '', ...args] = command;
  const child = spawn(name, args, {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32', // package managers are scripts there
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0)
    throw new Error(
      `${command.join(' ')} failed in ${folder}. No file of the suite was changed. Install sessionwright yourself, then run init again.`,
    );
}

async function installFor(folder: string): Promise<Install | undefined> {
  const content = (await readPackage(folder)) ?? {};
  const playwright = installedVersion(folder, '@playwright/test');
  const packages = [
    ...(declares(content, 'sessionwright') && installedVersion(folder, 'sessionwright')
      ? []
      : [`sessionwright@${version}`]),
    ...(playwright === undefined ? [playwrightOf(folder, content)] : []),
  ];
  if (packages.length === 0) return undefined;
  return { folder, command: [...(await addCommand(folder)), ...packages] };
}

/** A suite may use the package `playwright` alone; ours needs `@playwright/test`, in the same version. */
function playwrightOf(folder: string, content: PackageJson): string {
  const range =
    content.devDependencies?.['@playwright/test'] ?? content.dependencies?.['@playwright/test'];
  return `@playwright/test@${range ?? installedVersion(folder, 'playwright') ?? 'latest'}`;
}

async function addCommand(folder: string): Promise<string[]> {
  const manager = await packageManagerOf(folder);
  switch (manager) {
    case 'pnpm':
      return ['pnpm', 'add', '--save-dev', ...(isWorkspace(folder) ? ['--workspace-root'] : [])];
    case 'yarn':
      return ['yarn', 'add', '--dev', ...((await isClassicRoot(folder)) ? ['-W'] : [])];
    case 'bun':
      return ['bun', 'add', '--dev'];
    case 'npm':
      return ['npm', 'install', '--save-dev'];
  }
}

function isWorkspace(folder: string): boolean {
  return existsSync(join(folder, 'pnpm-workspace.yaml'));
}

/** Yarn 1 refuses to add a package to the root of a workspace without a flag that later versions do not have. */
async function isClassicRoot(folder: string): Promise<boolean> {
  const content = (await readPackage(folder)) as { workspaces?: unknown } | undefined;
  return content?.workspaces !== undefined && folderWith(folder, ['.yarnrc.yml']) === undefined;
}

/**
 * Checks the Playwright of a project.
 * @throws if sessions need a newer one
 */
export function checkPlaywright(folder: string): void {
  const found = installedVersion(folder, '@playwright/test');
  const [major = 0, minor = 0] = (found ?? '').split('.').map(Number);
  const [, least = '60'] = /^>=1\.(\d+)/.exec(peerDependencies['@playwright/test']) ?? [];
  if (found !== undefined && major === 1 && minor < Number(least))
    throw new Error(
      `sessionwright needs Playwright 1.${least} or newer, but ${folder} has ${found}. Update @playwright/test, then run init again.`,
    );
}

/** The version of a package that modules of a folder would load. */
function installedVersion(folder: string, name: string): string | undefined {
  const { resolve } = createRequire(join(folder, 'package.json'));
  try {
    const content = createRequire(join(folder, 'package.json'))(
      resolve(`${name}/package.json`),
    ) as {
      version: string;
    };
    return content.version;
  } catch {
    return undefined;
  }
}
