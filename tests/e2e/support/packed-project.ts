/** A user's project: an empty folder, named as CI names those of branches, into which the packed package was installed, as from the registry. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = resolve(import.meta.dirname, '../../..');
/** A name that is another one in a URL, such as a CI server makes of a branch's. */
const FOLDER = 'feature%2Fa #1';

/** How npm installs. */
const NPM_INSTALL = ['npm', 'install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund'];

/** How a command ended. */
export interface CommandResult {
  exitCode: number | null;
  output: string;
}

/** Packs the built package. Returns the tarball, in a new folder that the caller removes. */
export async function packTarball(): Promise<{
  path: string;
  files: string[];
  remove: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'sw-pack-'));
  const { exitCode, output } = await runCommand(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
    { cwd: ROOT },
  );
  if (exitCode !== 0) throw new Error(`npm pack failed:\n${output}`);
  const [packed] = JSON.parse(output) as [{ filename: string; files: { path: string }[] }];
  return {
    path: join(folder, packed.filename),
    files: packed.files.map((file) => file.path),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** One project. */
export class PackedProject {
  readonly folder: string;
  readonly #parent: string;

  private constructor(parent: string) {
    this.#parent = parent;
    this.folder = join(parent, FOLDER);
  }

  /**
   * Writes the files and installs the tarball, Playwright Test and what type checking needs, in the versions that this repository uses.
   * @param options.install the command that adds the packages named after it. Default: npm's
   */
  static async create(options: {
    tarball: string;
    type: 'module' | 'commonjs';
    files: Record<string, string>;
    install?: string[];
  }): Promise<PackedProject> {
    const project = new PackedProject(await mkdtemp(join(tmpdir(), 'sw-user-')));
    await project.write({
      'package.json': JSON.stringify({ name: 'user', private: true, type: options.type }),
      ...options.files,
    });
    const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const wanted = ['@playwright/test', '@types/node', 'typescript'].map(
      (name) => `${name}@${devDependencies[name] ?? 'latest'}`,
    );
    const [command = '', ...args] = options.install ?? NPM_INSTALL;
    const { exitCode, output } = await project.run(command, [...args, options.tarball, ...wanted]);
    if (exitCode !== 0) throw new Error(`${command} failed:\n${output}`);
    return project;
  }

  async write(files: Record<string, string>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, name)), { recursive: true });
      await writeFile(join(this.folder, name), content);
    }
  }

  async readJson<T>(name: string): Promise<T> {
    return JSON.parse(await readFile(join(this.folder, name), 'utf8')) as T;
  }

  /** Runs a command in the project to its end. */
  async run(
    command: string,
    args: string[],
    env: Record<string, string> = {},
  ): Promise<CommandResult> {
    return runCommand(command, args, { cwd: this.folder, env });
  }

  /** Runs the project's own `playwright test`. */
  async runPlaywright(args: string[] = []): Promise<CommandResult> {
    return this.run(process.execPath, ['node_modules/@playwright/test/cli.js', 'test', ...args]);
  }

  /** Type-checks the given files as strictly as a user can; without `skipLibCheck` (slow) all declarations too, ours among them. */
  async typecheck(
    files: string[],
    options: { module: string; moduleResolution: string; skipLibCheck: boolean },
  ): Promise<CommandResult> {
    const flags = [
      '--noEmit',
      '--checkJs',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--skipLibCheck',
      String(options.skipLibCheck),
      '--target',
      'es2022',
      '--lib',
      'es2023,esnext.disposable,dom',
      '--types',
      'node',
    ];
    return this.run(process.execPath, [
      'node_modules/typescript/bin/tsc',
      ...flags,
      '--module',
      options.module,
      '--moduleResolution',
      options.moduleResolution,
      ...files,
    ]);
  }

  async remove(): Promise<void> {
    await rm(this.#parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function runCommand(
  command: string,
  args: string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<CommandResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...ownEnvironment(), FORCE_COLOR: '0', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, output: stdout + stderr };
}

/** Without what the test runner around us has set, and without a key that would ask for the cloud. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(TEST_|VITEST|NOTTE_|NODE_OPTIONS$|NODE_ENV$|CI$)/.test(name),
    ),
  );
}
