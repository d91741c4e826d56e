/**
 * The sources of a run's sessions: a remote API if a key, a URL or the environment names one, otherwise a session server in this process.
 * There is one embedded server per set of browser settings, because the wire has no fields for executable, channel, arguments, Grid and provider.
 */
import { join } from 'node:path';
import { settledWithin } from '../base/deadline';
import { withoutNulls } from '../base/json';
import type { TestRun } from '../contract/test-notes';
import { gridOf, hasRemoteApi, providerOf } from '../options/source';
import type { SessionOptions } from '../options/types';
import { EmbeddedSource } from './embedded-source';
import type { Source } from './held-session';
import { Ledger } from './ledger';
import { loadProvider, type LoadedProvider } from './load-provider';
import type { ArtifactProblem, BrowserSettings, Wall } from './protocol';
import { RemoteSource } from './remote-source';
import { workFolder } from './run-folder';
import { type Api, sweep } from './sweep';

/** How long the end of a run may take to clear what dead runs left, in milliseconds. The rest is for the next run. */
const SWEEP_MS = 5_000;

/** Opens sources when they are first needed, and closes all of them at the end. */
export class Sources {
  readonly #runFolder: string;
  readonly #onProblem: (problem: ArtifactProblem) => void;
  readonly #run: TestRun | undefined;
  readonly #sources = new Map<string, Promise<Source>>();
  /** APIs that options name. Nothing else may have their keys. */
  readonly #namedApis: Api[] = [];
  readonly #providers: LoadedProvider[] = [];

  /**
   * @param onProblem - called about sessions that may be left, and about an API that is down
   * @param run - shown by the walls of servers that have several runs. @default all
   */
  constructor(runFolder: string, onProblem: (problem: ArtifactProblem) => void, run?: TestRun) {
    this.#runFolder = runFolder;
    this.#onProblem = onProblem;
    this.#run = run;
  }

  /** The source for these options. */
  async for(options: SessionOptions, browser: BrowserSettings): Promise<Source> {
    const isRemote = hasRemoteApi(options);
    const settings = serverSettings(options, browser);
    const key = JSON.stringify(isRemote ? [options.apiUrl, options.apiKey] : settings);
    const known = this.#sources.get(key);
    if (known) return known;
    const source = isRemote ? this.#openRemote(options) : this.#embed(options, settings);
    this.#sources.set(key, source);
    source.catch(() => this.#sources.delete(key));
    return source;
  }

  /** What current starts wait for, if that is known. */
  async waitingFor(): Promise<string | undefined> {
    const waits = (await this.#open()).map((source) => source.waitingFor());
    return (await Promise.all(waits)).find(Boolean);
  }

  /** The walls of all sources. With links, they ask for no key: then they are secret. */
  async walls(withLinks: boolean): Promise<Wall[]> {
    const walls = (await this.#open()).map(async (source): Promise<Wall[]> => {
      const { wall, isEmbedded } = source;
      if (!wall) return [];
      const url = (withLinks ? await source.wallLink?.() : undefined) ?? wall.url;
      const hasOtherRuns = !isEmbedded && this.#run;
      return [{ ...wall, url: hasOtherRuns ? wallOfRun(url, hasOtherRuns) : url }];
    });
    return (await Promise.all(walls)).flat();
  }

  /** Closes all sources, and clears what dead runs left there. */
  async close(): Promise<void> {
    const sources = await this.#open();
    this.#sources.clear();
    await Promise.allSettled(sources.map((source) => source.close()));
    await settledWithin(this.#sweep(), SWEEP_MS);
  }

  /** Clears what dead runs left. Never rejects. */
  async #sweep(): Promise<void> {
    const options = {
      keep: { path: this.#runFolder },
      apis: this.#namedApis,
      providers: this.#providers,
    };
    await sweep(options).catch(() => undefined);
  }

  async #open(): Promise<Source[]> {
    const settled = await Promise.allSettled(this.#sources.values());
    return settled.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
  }

  async #openRemote(options: SessionOptions): Promise<Source> {
    const source = await RemoteSource.open(options, {
      ledger: new Ledger(this.#runFolder),
      workFolder: workFolder(this.#runFolder),
      onWarning: ({ message }) => this.#mayBeLeft(message),
      onDown: ({ message: reason }) => this.#onProblem({ what: 'Tests had no session', reason }),
    });
    if (options.apiUrl !== undefined || options.apiKey !== undefined) {
      this.#namedApis.push(source.api);
      void this.#sweep();
    }
    return source;
  }

  async #embed(options: SessionOptions, settings: object): Promise<Source> {
    const workDir = join(workFolder(this.#runFolder), `server-${this.#sources.size}`);
    const grid = gridOf(options);
    const ledger = new Ledger(this.#runFolder);
    const provider = await this.#loadProvider(options);
    const onLeft = (message: string): void => this.#mayBeLeft(message);
    return EmbeddedSource.start(
      {
        ...settings,
        ...(grid && { grid: { ...grid, ledger } }),
        ...(provider && { provider: { ...provider, ledger, onLeft } }),
        workDir,
      },
      options,
      {
        onWarning: ({ message }) => onLeft(message),
        onDown: ({ message: reason }) => this.#onProblem({ what: 'Tests had no session', reason }),
      },
    );
  }

  async #loadProvider(options: SessionOptions): Promise<LoadedProvider | undefined> {
    const choice = providerOf(options);
    if (!choice) return undefined;
    const provider = await loadProvider(choice);
    this.#providers.push(provider);
    void this.#sweep();
    return provider;
  }

  #mayBeLeft(reason: string): void {
    this.#onProblem({ what: 'A session may be left', reason });
  }
}

/** The settings of an embedded server's browser that have no field on the wire. */
function serverSettings(options: SessionOptions, browser: BrowserSettings): object {
  return withoutNulls({
    executablePath: options.executablePath ?? browser.executablePath,
    channel: browser.channel,
    args: browser.args,
    ignoreDefaultArgs: browser.ignoreDefaultArgs,
    env: browser.env,
    grid: gridOf(options),
    provider: providerOf(options),
  });
}

/** The address of a wall that shows only this run. */
export function wallOfRun(url: string, { id }: TestRun): string {
  const address = new URL(url);
  address.searchParams.set('run', id);
  return address.href;
}
