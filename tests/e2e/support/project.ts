/** A Playwright project in a folder of its own, run by the real command line, with a temp folder of its own so that what a run leaves is seen. */
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type {
  JSONReport,
  JSONReportSpec,
  JSONReportSuite,
  JSONReportTestResult,
} from '@playwright/test/reporter';

const ROOT = resolve(import.meta.dirname, '../../..');

/** How a run ended. */
export interface RunResult {
  exitCode: number | null;
  output: string;
  /** What of the output went to stdout. */
  stdout: string;
  /** The JSON report; undefined when the run did not get so far. */
  report: JSONReport | undefined;
}

/** A project to run. */
export class Project {
  readonly folder: string;
  readonly temp: string;
  /** The environment of its runs. */
  readonly env: Record<string, string>;

  private constructor(folder: string, env: Record<string, string>) {
    this.folder = folder;
    this.temp = join(folder, 'tmp');
    this.env = {
      ...withoutRunner(process.env),
      TMPDIR: this.temp,
      TEMP: this.temp,
      FORCE_COLOR: '0',
      ...env,
    };
  }

  /** Writes the files into a new folder from which `sessionwright` and `@playwright/test` resolve. */
  static async create(
    files: Record<string, string>,
    env: Record<string, string> = {},
  ): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), 'sw-e2e-'));
    const project = new Project(folder, env);
    await mkdir(project.temp);
    await mkdir(join(folder, 'node_modules/@playwright'), { recursive: true });
    const installed = join(folder, 'node_modules/sessionwright');
    await cp(join(ROOT, 'dist'), join(installed, 'dist'), { recursive: true }); // not a link: Playwright transforms what is outside of node_modules
    await cp(join(ROOT, 'package.json'), join(installed, 'package.json'));
    await symlink(join(ROOT, 'node_modules'), join(installed, 'node_modules'), 'junction');
    await symlink(
      join(ROOT, 'node_modules/@playwright/test'),
      join(folder, 'node_modules/@playwright/test'),
      'junction',
    );
    for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return project;
  }

  /** Starts `playwright test`; the caller waits for {@link Run.result}. */
  start(args: string[] = []): Run {
    const child = spawn(
      process.execPath,
      [join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test', ...args],
      {
        cwd: this.folder,
        env: this.env,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true, // a group of its own, as a terminal gives it: Ctrl-C reaches all of it
      },
    );
    return new Run(child, this);
  }

  /** Runs `playwright test` to its end. */
  async run(args: string[] = []): Promise<RunResult> {
    return this.start(args).result();
  }

  /** Kills a run as a whole, once its test has printed `WORKER` and the id of its process: the runner, the worker and the host. */
  async killAll(run: Run): Promise<void> {
    const [, worker] = await run.printed(/WORKER (\d+)\D/);
    for (const pid of [run.pid, Number(worker), ...this.hosts().map(Number)])
      process.kill(pid, 'SIGKILL');
    await run.result();
  }

  /** Clears what its runs have left and could not stop, as `sessionwright reap` does. */
  async reap(): Promise<void> {
    const child = spawn(process.execPath, [join(ROOT, 'dist/cli.js'), 'reap'], { env: this.env });
    await once(child, 'close');
  }

  /** What a run has left: processes that know this project's temp folder, and files in it. Playwright's own cache of compiled tests is not ours. */
  leftovers(): { processes: string[]; files: string[] } {
    return {
      processes: processesNaming(this.temp),
      files: readdirSync(this.temp, { recursive: true, encoding: 'utf8' }).filter(
        (name) => !name.startsWith('playwright-transform-cache'),
      ),
    };
  }

  /** Process ids of the hosts of its runs. */
  hosts(): string[] {
    return processesNaming(this.temp)
      .filter((it) => it.includes('host.js'))
      .map((it) => it.split(' ')[0] ?? '');
  }

  async read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** A run under way. */
export class Run {
  readonly child: ChildProcess;
  output = '';
  stdout = '';
  readonly #project: Project;
  readonly #exit: Promise<number | null>;

  constructor(child: ChildProcess, project: Project) {
    this.child = child;
    this.#project = project;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    child.stdout?.on('data', (text: string) => (this.stdout += text));
    this.#exit = new Promise((done) => child.once('close', done));
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('The run did not start.');
    return this.child.pid;
  }

  /** Resolves once the output matches. */
  async printed(pattern: RegExp, timeoutMs = 180_000): Promise<RegExpExecArray> {
    return new Promise((found, fail) => {
      const timer = setTimeout(
        () => fail(new Error(`Not printed in ${timeoutMs} ms: ${pattern.source}\n${this.output}`)),
        timeoutMs,
      );
      const look = (): void => {
        const match = pattern.exec(this.output);
        if (!match) return;
        clearTimeout(timer);
        found(match);
      };
      for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', look);
      look();
    });
  }

  /** Ctrl-C in the terminal: the whole group gets it. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT');
  }

  async result(): Promise<RunResult> {
    const exitCode = await this.#exit;
    const file = join(this.#project.folder, 'report.json');
    const report = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as JSONReport)
      : undefined;
    return { exitCode, output: this.output, stdout: this.stdout, report };
  }
}

/** The results of all tests of a report, by title; one entry per attempt. */
export function resultsOf(report: JSONReport | undefined): Map<string, JSONReportTestResult[]> {
  const results = new Map<string, JSONReportTestResult[]>();
  const visit = (suite: JSONReportSuite): void => {
    for (const spec of suite.specs)
      results.set(titleOf(spec), [
        ...(results.get(titleOf(spec)) ?? []),
        ...spec.tests.flatMap((test) => test.results),
      ]);
    for (const child of suite.suites ?? []) visit(child);
  };
  for (const suite of report?.suites ?? []) visit(suite);
  return results;
}

/** What did not go as expected in a run: errors outside of the tests, and each test that failed with its first error. */
export function failedOf(report: JSONReport | undefined): string[] {
  const tests = [...resultsOf(report)].flatMap(([title, results]) => {
    const failed = results.find(({ status }) => status !== 'passed' && status !== 'skipped');
    return failed ? [`${title}: ${failed.status}: ${failed.error?.message ?? ''}`] : [];
  });
  return [...(report?.errors ?? []).map(({ message }) => message ?? ''), ...tests];
}

/** What a report tells of one file of the suite. */
export function partOf(report: JSONReport | undefined, file: string): JSONReport | undefined {
  return report && { ...report, suites: report.suites.filter((suite) => suite.file === file) };
}

/** The only attempt of a test. */
export function resultOf(report: JSONReport | undefined, title: string): JSONReportTestResult {
  const results = resultsOf(report).get(title);
  const [result] = results ?? [];
  if (!result)
    throw new Error(
      `The report has no test "${title}": ${[...resultsOf(report).keys()].join(', ')}`,
    );
  return result;
}

/** Names of the attachments that Playwright's reports show: others begin with an underscore. */
export function shownAttachments({ attachments }: JSONReportTestResult): string[] {
  return attachments.map(({ name }) => name).filter((name) => !name.startsWith('_'));
}

function titleOf(spec: JSONReportSpec): string {
  return spec.title;
}

/** Processes whose command line or environment names a folder. Linux only, as our CI is. */
function processesNaming(folder: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const isOurs =
        commandLine.includes(folder) ||
        environment.includes(folder) ||
        readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
      return isOurs ? [`${pid} ${commandLine.slice(0, 200)}`] : [];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

/** A run inside a run would take itself for a worker of the outer one. */
function withoutRunner(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .filter(([name]) => !/^(TEST_|VITEST|PLAYWRIGHT_|NODE_OPTIONS|CI$)/.test(name)),
  );
}
