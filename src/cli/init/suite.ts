/** Finds the files of a suite: configurations, tests, fixtures, and the packages that they belong to. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { codeOf, messageOf } from '../../base/errors';
import {
  loadedModule,
  nameOf,
  parseSource,
  visitsOf,
  type ManualChange,
  type Source,
} from './syntax';

/** The files of a suite. */
export interface Suite {
  /** The folder that was searched. */
  root: string;
  /** Configurations that Playwright loads. */
  configs: Source[];
  /** All files that mention Playwright, configurations included. */
  sources: Source[];
  /** Files that could not be parsed, and suites of kinds that do not run on sessions. */
  manual: ManualChange[];
}

/** The part of a `package.json` that matters here. */
export interface PackageJson {
  packageManager?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const SOURCE_FILE = /(?<!\.d)\.[cm]?[jt]sx?$/;
const MENTIONS_PLAYWRIGHT =
  /['"](?:@playwright\/test|playwright\/test|playwright-bdd|sessionwright(?:\/config)?)['"]/;
const CONFIG_FILE = /\.config\.[cm]?[jt]s$/;
/** Configurations that `playwright test` finds by itself, and variants such as `playwright.ci.config.ts`. */
const PLAYWRIGHT_CONFIG = /^playwright[\w.-]*\.config\.[cm]?[jt]s$/;
const DEFAULT_CONFIG = /^playwright\.config\.[cm]?[jt]s$/;
const COMPONENT_TESTS = /['"]@playwright\/experimental-ct-/;
/** Larger files are generated. */
const MAX_LENGTH = 1_000_000;

/** Reads and parses the suite in a folder. */
export async function findSuite(root: string): Promise<Suite> {
  const sources: Source[] = [];
  const manual: ManualChange[] = [];
  for (const file of await sourceFiles(root))
    try {
      const text = await readText(file);
      if (text === undefined || !isOfSuite(file, text)) continue;
      if (COMPONENT_TESTS.test(text)) manual.push(componentTests(file));
      else sources.push(parseSource(file, text));
    } catch (error) {
      manual.push(unparsed(file, error));
    }
  return { root, sources, manual, configs: configsOf(sources) };
}

function isOfSuite(file: string, text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  return PLAYWRIGHT_CONFIG.test(basename(file)) || MENTIONS_PLAYWRIGHT.test(text);
}

/** The folder of the package that a file belongs to: the nearest one that depends on Playwright, else the nearest one. */
export async function packageFolderOf(file: string, root: string): Promise<string> {
  let nearest: string | undefined;
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const content = await readPackage(folder);
    if (content && declares(content, '@playwright/test', 'playwright')) return folder;
    if (content) nearest ??= folder;
    if (folder === root || folder === dirname(folder)) return nearest ?? root;
  }
}

/** Whether a package names one of the others as a dependency. */
export function declares(content: PackageJson, ...names: string[]): boolean {
  const { dependencies, devDependencies, peerDependencies } = content;
  return [dependencies, devDependencies, peerDependencies].some((list) =>
    names.some((name) => list?.[name] !== undefined),
  );
}

/** The `package.json` in a folder; undefined if there is none, or it is invalid. */
export async function readPackage(folder: string): Promise<PackageJson | undefined> {
  const text = await readText(join(folder, 'package.json'));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as PackageJson);
  } catch {
    return undefined;
  }
}

/**
 * The text of a file; undefined if there is none.
 * @throws the system's error if it cannot be read
 */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(codeOf(error)))) return undefined;
    throw error;
  }
}

/** Files that Git would track, without what it ignores; all files if there is no Git. */
async function sourceFiles(root: string): Promise<string[]> {
  const files = (await trackedFiles(root)) ?? (await allFiles(root));
  return files.filter((file) => SOURCE_FILE.test(file) && !isHidden(relative(root, file))).sort();
}

async function trackedFiles(root: string): Promise<string[] | undefined> {
  try {
    const { stdout } = await promisify(execFile)(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      { cwd: root, maxBuffer: 1e9 },
    );
    return [...new Set(stdout.split('\0'))].filter(Boolean).map((name) => resolve(root, name));
  } catch {
    return undefined;
  }
}

async function allFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isFile()) return [path];
      return entry.isDirectory() && !isHidden(entry.name) ? allFiles(path) : [];
    }),
  );
  return lists.flat();
}

function isHidden(path: string): boolean {
  return path.split(sep).some((name) => name === 'node_modules' || name.startsWith('.'));
}

/** A configuration that only others import is their base, and is loaded through them. */
function configsOf(sources: readonly Source[]): Source[] {
  const candidates = sources.filter(({ file }) => CONFIG_FILE.test(file));
  const imported = new Set(candidates.flatMap(importedFiles));
  return candidates.filter(
    ({ file }) => DEFAULT_CONFIG.test(basename(file)) || !imported.has(withoutExtension(file)),
  );
}

function importedFiles({ file, program }: Source): string[] {
  return [...visitsOf(program)].flatMap(({ node }) => {
    const module = node.type === 'ImportDeclaration' ? nameOf(node.source) : loadedModule(node);
    if (module?.startsWith('.') !== true) return [];
    const path = resolve(dirname(file), module);
    return [path, withoutExtension(path)];
  });
}

function withoutExtension(file: string): string {
  return file.replace(/\.[cm]?[jt]s$/, '');
}

function componentTests(file: string): ManualChange {
  return {
    file,
    line: 1,
    problem: 'Component tests mount components in a local browser.',
    change: 'Nothing: they run as before, without sessions.',
  };
}

function unparsed(file: string, error: unknown): ManualChange {
  const line = (error as { loc?: { line?: number } }).loc?.line ?? 1;
  return {
    file,
    line,
    problem: `The file could not be read as source code: ${messageOf(error)}`,
    change: "If it imports test from '@playwright/test', import it from 'sessionwright'.",
  };
}

/** The nearest folder upwards, from a folder on, that contains one of the files. */
export function folderWith(folder: string, names: readonly string[]): string | undefined {
  if (names.some((name) => existsSync(join(folder, name)))) return folder;
  return dirname(folder) === folder ? undefined : folderWith(dirname(folder), names);
}
