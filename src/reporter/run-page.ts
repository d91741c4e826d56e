/** The run page of a run: takes notes while it goes on, and writes one HTML file at its end. It never fails a run. */
import { basename, dirname, resolve } from 'node:path';
import type { FullConfig, FullResult, TestCase, TestResult } from '@playwright/test/reporter';
import type { RunSummary } from '../host/protocol';
import { environment } from '../options/environment';
import type { SessionOptions } from '../options/types';
import type { RunData } from './run/data';
import { RunLog } from './run/run-log';

/** Where the page goes, beside the configuration, when nobody says anything else. */
const DEFAULT_FOLDER = 'sessionwright-report';

/** The page of one run. */
export class RunPage {
  readonly #config: FullConfig;
  readonly #folder: string | undefined;
  readonly #log: RunLog;

  /** @param folder - as the user gave it: absolute, or relative to the configuration; `false` when none is wanted */
  constructor(config: FullConfig, folder: string | false = DEFAULT_FOLDER) {
    this.#config = config;
    this.#folder = folder === false ? undefined : resolve(homeOf(config), folder);
    this.#log = new RunLog(config, secretsOf(config));
  }

  /** An attempt of a test has ended. */
  ended(test: TestCase, result: TestResult): void {
    this.#log.ended(test, result);
  }

  /**
   * Writes the page, if it is wanted.
   * @returns where it is, and what is in it; undefined when no test has used a session, so that there is nothing to tell
   * @throws the error of the system when it cannot be written
   */
  async write(
    result: FullResult,
    summary: RunSummary | undefined,
  ): Promise<{ page: string | undefined; data: RunData } | undefined> {
    const log = this.#log;
    if (!log.hasSessions && (summary?.failedStarts ?? 0) === 0) return undefined;
    const { runDataOf } = await import('./run/run-data');
    const about = {
      title: basename(homeOf(this.#config)),
      status: result.status,
      startMs: result.startTime.getTime(),
      durationMs: result.duration,
      facts: this.#facts(),
      summary,
    };
    if (this.#folder === undefined)
      return { page: undefined, data: runDataOf(log, { ...about, files: new Map() }) };
    const { PageFolder } = await import('./run/folder');
    const { pageHtml } = await import('./run/html');
    const folder = await PageFolder.open(this.#folder);
    const data = runDataOf(log, { ...about, files: await folder.take(log.files()) });
    await folder.write(await pageHtml(data));
    return { page: folder.page, data };
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

/** The folder of the configuration. */
function homeOf({ configFile, rootDir }: FullConfig): string {
  return configFile === undefined ? rootDir : dirname(configFile);
}

/** What no report may show, whatever text it got into. */
function secretsOf({ projects }: FullConfig): string[] {
  const keys = projects.map(
    ({ use }) => (use as { sessionOptions?: SessionOptions }).sessionOptions?.apiKey,
  );
  return [...new Set([environment.apiKey, ...keys])].filter((key) => key !== undefined);
}
