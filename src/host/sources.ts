/**
 * Where the sessions of a run come from: a remote API when a key, an URL or the environment names one, else a session server
 * that this host embeds. One embedded server per browser setting, since executable, channel, arguments and Grid are no wire fields.
 */
import { join } from 'node:path';
import type { ClientWarning } from '../client/index';
import type { TestRun } from '../contract/test-notes';
import { gridOf, hasRemoteApi } from '../options/source';
import type { SessionOptions } from '../options/types';
import { EmbeddedSource } from './embedded-source';
import { gridLedger } from './grid-ledger';
import type { HeldSession, Source } from './held-session';
import type { ArtifactProblem, BrowserSettings, RunViews } from './protocol';
import { RemoteSource, type LocalPlace } from './remote-source';
import type { Sweeps } from './sweeps';
import { wallOfRun } from './this-run';

/** Opens sources when they are first needed, and closes all of them at the end. */
export class Sources {
  readonly #place: LocalPlace;
  readonly #sweeps: Sweeps;
  readonly #tell: (problem: ArtifactProblem) => void;
  readonly #run: TestRun | undefined;
  readonly #onWarning: (warning: ClientWarning) => void;
  readonly #sources = new Map<string, Promise<Source>>();

  /**
   * @param place - profiles and frames go below its folder.
   * @param sweeps - what clears the APIs of what dead runs have left there.
   * @param tell - told of sessions that may have been left, and of an API that is down: nobody reads what this process prints.
   * @param run - which their walls are to show, where a server has several. @default all
   */
  constructor(
    place: LocalPlace,
    sweeps: Sweeps,
    tell: (problem: ArtifactProblem) => void,
    run?: TestRun,
  ) {
    this.#place = place;
    this.#sweeps = sweeps;
    this.#tell = tell;
    this.#run = run;
    this.#onWarning = ({ message: reason }) => tell({ what: 'A session may be left', reason });
  }

  /** The source that these options ask for. */
  async for(options: SessionOptions, browser: BrowserSettings): Promise<Source> {
    const remote = hasRemoteApi(options);
    const key = JSON.stringify(
      remote
        ? ['remote', options.apiUrl, options.apiKey]
        : ['embedded', serverSettings(options, browser)],
    );
    const known = this.#sources.get(key);
    if (known) return known;
    const source = remote ? this.#openRemote(options) : this.#embed(options, browser);
    this.#sources.set(key, source);
    source.catch(() => this.#sources.delete(key));
    return source;
  }

  /** What the starts of now wait for, as far as it is known. */
  async waitingFor(): Promise<string | undefined> {
    const waits = (await this.#open()).map((source) => source.waitingFor());
    return (await Promise.all(waits)).find(Boolean);
  }

  /** Where these sessions are watched, and all of each source. */
  async views(held: readonly HeldSession[]): Promise<RunViews> {
    return {
      walls: (await this.#open()).flatMap((source) => {
        const { wall } = source;
        return wall ? { ...wall, url: this.#ofRun(source, wall.url) } : [];
      }),
      sessions: held.map(({ session: { id, viewerUrl } }) => ({ id, viewerUrl })),
    };
  }

  /** Links to all that they show, which ask for no key. Secret. */
  async wallLinks(): Promise<string[]> {
    const links = (await this.#open()).map(async (source) => {
      const link = await source.wallLink();
      return link === null ? [] : this.#ofRun(source, link);
    });
    return (await Promise.all(links)).flat();
  }

  /** Closes all of them, and clears what dead runs have left there and nobody could stop before. */
  async close(): Promise<void> {
    const sources = await this.#open();
    this.#sources.clear();
    await Promise.allSettled(sources.map((source) => source.close()));
    await this.#sweeps.again();
  }

  /** A server of this host's has no other run. */
  #ofRun({ isEmbedded }: Source, url: string): string {
    return isEmbedded || !this.#run ? url : wallOfRun(url, this.#run);
  }

  async #open(): Promise<Source[]> {
    const settled = await Promise.allSettled(this.#sources.values());
    return settled.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []));
  }

  /** Whoever names an API in the options may have its key nowhere else: what a killed run has left there is stopped with it. */
  async #openRemote(options: SessionOptions): Promise<Source> {
    const source = await RemoteSource.open(options, this.#place, {
      onWarning: this.#onWarning,
      onDown: ({ message: reason }) => this.#tell({ what: 'Tests had no session', reason }),
    });
    if (options.apiUrl !== undefined || options.apiKey !== undefined)
      this.#sweeps.begin(source.api);
    return source;
  }

  async #embed(options: SessionOptions, browser: BrowserSettings): Promise<Source> {
    const workDir = join(this.#place.workFolder, `server-${this.#sources.size}`);
    const grid = gridOf(options);
    const settings = {
      ...serverSettings(options, browser),
      ...(grid && { grid: { ...grid, ledger: gridLedger(this.#place.ledger) } }),
      workDir,
    };
    return EmbeddedSource.start(settings, options, this.#onWarning);
  }
}

/** What shapes the browser of an embedded server, and is not said per session on the wire. */
function serverSettings(options: SessionOptions, browser: BrowserSettings): object {
  const settings = {
    executablePath: options.executablePath ?? browser.executablePath,
    channel: browser.channel,
    args: browser.args,
    ignoreDefaultArgs: browser.ignoreDefaultArgs,
    env: browser.env,
    grid: gridOf(options),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
