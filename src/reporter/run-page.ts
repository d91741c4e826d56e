/** The run page of a run: takes notes while it goes on, and writes one HTML file at its end. It never fails a run. */
import { basename, dirname, resolve } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Suite,
  TestCase,
  TestResult,
} from '@playwright/test/reporter';
import { messageOf } from '../base/errors';
import type { RunSummary } from '../host/protocol';
import { environment } from '../options/environment';
import { projectOptions } from '../options/project';
import type { RunData } from './run/data';
import type { RunAbout } from './run/run-data';
import type { PageFolder } from './run/folder';
import { type AttemptPlace, RunLog } from './run/run-log';
import type { Texts } from './run/texts';

/** Where the page goes, beside the configuration, when nobody says anything else. */
const DEFAULT_FOLDER = 'sessionwright-report';

/** What came of a run's page. */
export interface WrittenPage {
  data: RunData;
  /** Where it is; undefined when there is none. */
  page?: string;
  /** Why it could not be written. */
  failure?: string;
  /** Files that it does not show, a line each. */
  problems?: string[];
  /** Where it shows each attempt, by its name. */
  places: Map<string, string>;
  /** Small pages that lead to the attempts that failed, by their names, where they were asked for. */
  linkPages: Map<string, string>;
}

/** Where a run page goes. */
export interface RunPageOptions {
  /** As the user gave it: absolute, or relative to the configuration; `false` when none is wanted. @default 'sessionwright-report' */
  folder?: string | false | undefined;
  /** Whether to write a small page for each attempt that failed, which leads to it. */
  hasLinkPages?: boolean;
}

/** The page of one run. */
export class RunPage {
  readonly #config: FullConfig;
  readonly #folder: string | undefined;
  readonly #hasLinkPages: boolean;
  readonly #log: RunLog;

  /** @param suite - the tests of the run */
  constructor(
    config: FullConfig,
    suite: Suite,
    { folder = DEFAULT_FOLDER, hasLinkPages = false }: RunPageOptions = {},
  ) {
    this.#config = config;
    this.#folder = folder === false ? undefined : resolve(homeOf(config), folder);
    this.#hasLinkPages = hasLinkPages;
    this.#log = new RunLog(config, secretsOf(config));
    for (const test of suite.allTests()) this.#log.planned(test);
  }

  /** True when a page is wanted, of tests that have run. */
  get isExpected(): boolean {
    return this.#folder !== undefined && this.#log.hasRun;
  }

  /** The texts of the run, without secrets. */
  get texts(): Texts {
    return this.#log.texts;
  }

  /** An attempt of a test has ended. */
  ended(test: TestCase, result: TestResult): void {
    this.#log.ended(test, result);
  }

  /**
   * Writes the page, if it is wanted and can be.
   * @returns what came of it; undefined when no test has used a session: then there is nothing to tell, and an earlier page is removed
   */
  async write(
    result: FullResult,
    summary: RunSummary | undefined,
  ): Promise<WrittenPage | undefined> {
    if (!this.#log.hasSessions && (summary?.failedStarts ?? 0) === 0) {
      const { PageFolder } = await import('./run/folder');
      if (this.#folder !== undefined) await PageFolder.clear(this.#folder);
      return undefined;
    }
    const about = {
      title: basename(homeOf(this.#config)),
      status: result.status,
      startMs: result.startTime.getTime(),
      durationMs: result.duration,
      facts: this.#facts(),
      summary,
    };
    if (this.#folder === undefined) return { data: await this.#data(about), ...none() };
    try {
      return await this.#writeInto(this.#folder, about);
    } catch (error) {
      return { data: await this.#data(about), failure: messageOf(error), ...none() };
    }
  }

  /** Whether the page is still there: a reporter that clears its own folder may have removed it. */
  async isThere(): Promise<boolean> {
    const { PageFolder } = await import('./run/folder');
    return this.#folder !== undefined && (await PageFolder.holdsPage(this.#folder));
  }

  async #writeInto(path: string, about: Omit<RunAbout, 'files'>): Promise<WrittenPage> {
    const { PageFolder } = await import('./run/folder');
    const { pageHtml } = await import('./run/html');
    const folder = await PageFolder.open(path);
    const { places, problems } = await folder.take(this.#log.files());
    const data = await this.#data(about, places);
    data.problems.push(...problems.map((problem) => this.#log.texts.clean(problem)));
    const shown = this.#log.places();
    const linkPages = this.#hasLinkPages ? await addLinkPages(folder, shown) : none().linkPages;
    await folder.write(await pageHtml(data));
    const hashes = new Map(shown.map(({ name, hash }) => [name, hash]));
    return { page: folder.page, data, problems, places: hashes, linkPages };
  }

  async #data(
    about: Omit<RunAbout, 'files'>,
    files: RunAbout['files'] = new Map(),
  ): Promise<RunData> {
    const { runDataOf } = await import('./run/run-data');
    return runDataOf(this.#log, { ...about, files });
  }

  #facts(): string[] {
    const sources = new Set([...this.#log.sessions.values()].map(({ source }) => source));
    const workers = this.#config.workers;
    return [
      ...[...sources].map((source) => `Sessions from ${source}`),
      `${workers} ${workers === 1 ? 'worker' : 'workers'}`,
      `Playwright ${this.#config.version}`,
    ];
  }
}

/** Of a page that there is not. */
function none(): Pick<WrittenPage, 'places' | 'linkPages'> {
  return { places: new Map(), linkPages: new Map() };
}

/** Pages that lead to the attempts that failed. */
async function addLinkPages(
  folder: PageFolder,
  places: readonly AttemptPlace[],
): Promise<Map<string, string>> {
  const { linkPage } = await import('./run/link-page');
  const pages = new Map<string, string>();
  for (const { name, file, hash, hasFailed } of places)
    if (hasFailed) pages.set(name, await folder.addPage(`${file}-link`, linkPage(hash)));
  return pages;
}

/** The folder of the configuration. */
function homeOf({ configFile, rootDir }: FullConfig): string {
  return configFile === undefined ? rootDir : dirname(configFile);
}

/** What no report may show, whatever text it got into. */
function secretsOf({ projects }: FullConfig): string[] {
  const keys = projects.map(({ use }) => projectOptions(use).apiKey);
  return [...new Set([environment.apiKey, ...keys])].filter((key) => key !== undefined);
}
