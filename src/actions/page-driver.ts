/** Drives the pages of one session through Playwright over CDP, as one more client beside the user's: what one does the other sees. */
import type { Browser, Page } from 'playwright-core';
import type { ElementSnapshot } from './snapshot';

/** Longest time to connect, in milliseconds: the browser runs on this machine, or was reached before. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Where uploads come from and downloads go to. */
export interface ActionFiles {
  /** The path on this machine of an uploaded file; undefined when there is none of this name. */
  upload(name: string): Promise<string | undefined>;
  /** Stores a download: `save` writes it to the path it is given. Resolves with the name under which it is stored. */
  storeDownload(suggestedName: string, save: (path: string) => Promise<void>): Promise<string>;
}

/** What a driver needs. */
export interface PageDriverOptions {
  /** CDP URL of the session's browser itself, not of the gateway: calls of the API are counted elsewhere. */
  cdpUrl: string;
  /** Undefined when the session was started without file storage. */
  files?: ActionFiles | undefined;
}

/** One connection to a session's browser, and the tab that it works on. Calls are done one after the other, by {@link PageDriver.run}. */
export class PageDriver {
  readonly files: ActionFiles | undefined;
  /** What the ids of the latest observation stand for; undefined before the first one. */
  snapshot: ElementSnapshot | undefined;
  readonly #browser: Browser;
  #current: Page | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(browser: Browser, files: ActionFiles | undefined) {
    this.#browser = browser;
    this.files = files;
  }

  /** Connects. Loads Playwright: only sessions that are driven by the API pay for it. */
  static async connect({ cdpUrl, files }: PageDriverOptions): Promise<PageDriver> {
    const { chromium } = await import('playwright-core');
    const browser = await chromium.connectOverCDP(cdpUrl, { noDefaults: true, timeout: CONNECT_TIMEOUT_MS });
    return new PageDriver(browser, files);
  }

  /** Every tab of the session, in the order of their opening, whoever opened them and in whichever context. */
  get tabs(): Page[] {
    return this.#browser.contexts().flatMap((context) => context.pages());
  }

  /** The tab that calls work on: stays the same until it is closed or another one is chosen. Opens one when there is none. */
  async page(): Promise<Page> {
    if (this.#current && !this.#current.isClosed()) return this.#current;
    const [context] = this.#browser.contexts();
    if (!context) throw new Error('The browser has no context.');
    this.#current = this.tabs.at(-1) ?? (await context.newPage());
    return this.#current;
  }

  /** Works on this tab from now on. */
  choose(page: Page): void {
    this.#current = page;
  }

  /** Does the work when everything that was asked for before is done. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  /** Disconnects; the browser goes on. Work that still runs fails. */
  async close(): Promise<void> {
    await this.#browser.close().catch(() => {}); // already gone with its browser
  }
}
