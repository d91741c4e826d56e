/** Drives the pages of a session through Playwright over CDP, as an additional client of the browser. */
import { tmpdir } from 'node:os';
import type { Browser, BrowserContext, CDPSession, Dialog, Page } from 'playwright-core';
import { isBlank } from '../base/addresses';
import { orAfter, settledWithin } from '../base/deadline';
import { PLAYWRIGHT_LIMITS, type MessageLimits } from '../cdp/incoming-text';
import { CdpError } from '../contract/errors';
import type { RunJob } from '../work/job';
import { connectPlaywright, type PlaywrightConnection } from './connect-playwright';
import { CrashedTabs } from './crashed-tabs';
import { PopupWatch } from './popup-watch';
import type { ElementSnapshot } from './snapshot';
import { whileConnected } from './while-connected';

/** Time limit for the first tab, in milliseconds: about ten times the usual time on a busy machine. */
const FIRST_TAB_TIMEOUT_MS = 5_000;

/** Time limit for a tab of another client to be usable here, in milliseconds: it takes about ten, unless its page is frozen or crashed. */
const CATCH_UP_MS = 1_000;

/** Time limit to focus a tab, in milliseconds: it takes one or two, unless its page is frozen. */
const WAKE_TIMEOUT_MS = 1_000;

/** After a longer call, the page may be frozen, in milliseconds: most calls take a tenth of it. */
const SLOW_MS = 1_000;

/** A script that blocks for this long counts as endless, in milliseconds: longer than the start of a large application on a busy machine. */
const HANG_MS = 5_000;

/** Storage of uploads and downloads. */
export interface ActionFiles {
  /** Returns the local path of an uploaded file; undefined if it does not exist. */
  upload(name: string): Promise<string | undefined>;
  /** Stores a download: `save` writes it to a path. Resolves to its stored name. */
  storeDownload(suggestedName: string, save: (path: string) => Promise<void>): Promise<string>;
  /** Waits for the next download of the default context, if the session stores all downloads. @default not stored */
  nextDownload?: (() => AwaitedDownload) | undefined;
}

/** A running download. */
export interface BegunDownload {
  /** Resolves to its stored name when it is complete. */
  stored: Promise<string>;
}

/** An expected download. */
export interface AwaitedDownload {
  begun: Promise<BegunDownload>;
  /** Stops waiting. */
  forget: () => void;
}

/** Parameters of a driver. */
export interface PageDriverOptions extends PlaywrightConnection {
  /** Undefined without file storage. */
  files?: ActionFiles | undefined;
  /** Returns the ids of the tabs in the order of opening; Chromium does not sort them. @default any order */
  openingOrder?: (() => readonly string[]) | undefined;
  /** Opens the session's first tab in the session's size. @default Chromium's size */
  openFirstTab?: (() => Promise<void>) | undefined;
  /** Runs heavy work on page contents. @default none; calls that need it fail */
  runJob?: RunJob | undefined;
  /** Whether another client is connected, which may answer dialogs and receive downloads itself. @default never */
  isShared?: (() => boolean) | undefined;
}

/** A connection to a session's browser, with a current tab. {@link PageDriver.run} makes calls serial. */
export class PageDriver {
  readonly files: ActionFiles | undefined;
  readonly workDir: string;
  /** Whether the browser can access files of this machine. */
  readonly isLocal: boolean;
  /** Runs heavy work on page contents. */
  readonly runJob: RunJob;
  /** Resolves when either side has closed the connection. Never rejects. */
  readonly closed: Promise<void>;
  /** Elements of the last observation; undefined before the first one. */
  snapshot: ElementSnapshot | undefined;
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly #cdp: CDPSession;
  readonly #limits: MessageLimits;
  readonly #popups: PopupWatch;
  readonly #crashed: CrashedTabs;
  readonly #isShared: () => boolean;
  readonly #openFirstTab: PageDriverOptions['openFirstTab'];
  readonly #dialogs = new Set<Dialog>();
  /** Tabs from before the connection, in the order of opening. */
  #first: readonly Page[] = [];
  #current: Page | undefined;
  /** False while the current tab is a guess. */
  #isChosen = false;
  #queue: Promise<unknown> = Promise.resolve();
  #isStale: Promise<boolean> = Promise.resolve(false);
  readonly #awake = new WeakMap<Page, Promise<CDPSession | undefined>>();

  private constructor(
    browser: Browser,
    parts: {
      context: BrowserContext;
      cdp: CDPSession;
      limits: MessageLimits;
      options: PageDriverOptions;
    },
  ) {
    this.#browser = browser;
    this.#context = parts.context;
    this.#cdp = parts.cdp;
    this.#limits = parts.limits;
    this.files = parts.options.files;
    this.workDir = parts.options.workDir ?? tmpdir();
    this.isLocal = parts.options.isLocal ?? false;
    this.runJob = parts.options.runJob ?? noJobs;
    this.#isShared = parts.options.isShared ?? (() => false);
    this.#openFirstTab = parts.options.openFirstTab;
    this.#popups = new PopupWatch(parts.cdp, (popup) => this.choose(popup));
    this.#crashed = new CrashedTabs(parts.context);
    this.closed = new Promise((resolve) => browser.once('disconnected', () => resolve()));
    this.#context.on('page', (page) => void this.#popups.arrived(page));
    this.#context.on('dialog', (dialog) => this.#onDialog(dialog));
  }

  /**
   * Connects. Loads Playwright, so that only sessions with API calls pay for it.
   * @throws {@link CdpError} if the connection fails (method `connect`), or the browser has no context
   */
  static async connect(options: PageDriverOptions): Promise<PageDriver> {
    const limits = { ...PLAYWRIGHT_LIMITS };
    const browser = await connectPlaywright(options, limits);
    try {
      const [context] = browser.contexts();
      if (!context)
        throw new CdpError('The browser of the session has no context.', {
          code: 'cdp_error',
          method: 'Target.getBrowserContexts',
        });
      const driver = new PageDriver(browser, {
        context,
        cdp: await browser.newBrowserCDPSession(),
        limits,
        options,
      });
      await Promise.all([driver.#popups.start(), driver.#sortTabs(options.openingOrder)]);
      return driver;
    } catch (error) {
      await browser.close().catch(() => {});
      throw error;
    }
  }

  /** Opens a CDP session of the browser. */
  get cdp(): CDPSession {
    return this.#cdp;
  }

  /** Whether another client is connected. */
  get isShared(): boolean {
    return this.#isShared();
  }

  /** All tabs of all contexts of the session, in the order of opening. */
  get tabs(): Page[] {
    const first = this.#first.filter((page) => !page.isClosed());
    return [...first, ...this.#context.pages().filter((page) => !first.includes(page))];
  }

  /** All tabs, including those that another client has just opened. */
  async tabsNow(): Promise<Page[]> {
    const { targetInfos } = await this.#cdp.send('Target.getTargets', {
      filter: [{ type: 'page' }],
    });
    const deadlineMs = performance.now() + CATCH_UP_MS;
    while (this.tabs.length < targetInfos.length) {
      const timeout = Math.max(1, deadlineMs - performance.now());
      const page = await this.#context.waitForEvent('page', { timeout }).catch(() => undefined);
      if (!page) break;
    }
    return this.tabs;
  }

  /** Whether another client had closed the current tab before the running call. Then the call is repeated on the new current tab. */
  get isStale(): Promise<boolean> {
    return this.#isStale;
  }

  /** Text of an open dialog; undefined if there is none. */
  get openDialog(): string | undefined {
    const [dialog] = this.#dialogs;
    return dialog && `${dialog.type()} "${dialog.message()}"`;
  }

  /**
   * Returns the current tab. It stays the same until it is closed or another one is selected. At first it is the oldest tab that has
   * navigated, because some clients leave blank tabs. Opens a tab if there is none.
   */
  async page(): Promise<Page> {
    const page = await this.#pick();
    await this.#wake(page);
    return page;
  }

  async #pick(): Promise<Page> {
    const current = this.#current;
    if (current && this.#isSettledOn(current)) return current;
    const { tabs } = this;
    const next = tabs.find((page) => !isBlank(page.url())) ?? tabs.at(-1);
    this.#isChosen = false;
    this.#current = next ?? (await this.#openFirst());
    return this.#current;
  }

  /** Makes a tab the current one. */
  choose(page: Page): void {
    this.#current = page;
    this.#isChosen = true;
  }

  /** Opens a tab, and makes it the current one. */
  async open(): Promise<Page> {
    this.choose(await this.#context.newPage());
    return this.page();
  }

  /** Whether the current tab has crashed. */
  get hasCrashed(): boolean {
    return this.#current !== undefined && this.#crashed.has(this.#current);
  }

  /** Replaces a crashed tab by a new one. */
  async replaceCrashed(): Promise<Page> {
    const crashed = this.#current;
    const page = await this.open();
    if (crashed) await settledWithin(crashed.close(), WAKE_TIMEOUT_MS); // another client may have closed it
    return page;
  }

  /** Runs work that may open a tab, which then becomes the current one, even if it opens a little later. */
  following<T>(page: Page, work: () => Promise<T>): Promise<T> {
    return this.#popups.during(page, work);
  }

  /**
   * Runs the work when all earlier calls are done, and the tab that they opened is usable.
   * @throws {@link CdpError} `cdp_closed` if the connection ends
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    let beganMs = 0;
    const finished = this.#queue.then(() => {
      beganMs = performance.now();
      return this.#runNow(work);
    });
    const result = whileConnected(this.#browser, finished);
    this.#queue = result
      .catch(() => {})
      .then(() => (performance.now() - beganMs > SLOW_MS ? this.#free() : undefined));
    return result;
  }

  /** Runs the work with a size limit for answers of the browser. Only applies to a browser on this machine. */
  async withAnswersUpTo<T>(maxBytes: number, work: () => Promise<T>): Promise<T> {
    const before = this.#limits.answer;
    this.#limits.answer = maxBytes;
    try {
      return await work();
    } finally {
      this.#limits.answer = before;
    }
  }

  /** Disconnects. The browser keeps running; running work fails. */
  async close(): Promise<void> {
    await this.#browser.close().catch(() => {}); // closed with its browser
  }

  /** Terminates an endless script of the current tab, so that it blocks only one call. Does not terminate scripts that wait for a dialog. Never rejects. */
  async #free(): Promise<void> {
    const page = this.#current;
    const awake =
      page && !page.isClosed() && this.#dialogs.size === 0 ? this.#awake.get(page) : undefined;
    const cdp = awake && (await orAfter(awake, WAKE_TIMEOUT_MS, undefined));
    if (!cdp) return;
    const isFree = await settledWithin(cdp.send('Runtime.evaluate', { expression: '1' }), HANG_MS); // an error is an answer too
    if (!isFree) await settledWithin(cdp.send('Runtime.terminateExecution'), WAKE_TIMEOUT_MS);
  }

  /**
   * The browser reports earlier changes of other clients before it answers us. While the current tab seems open, its call does not wait
   * for that answer. If the tab turns out to be closed, the call has failed and is repeated.
   */
  async #runNow<T>(work: () => Promise<T>): Promise<T> {
    const current = this.#current;
    const answered = this.#cdp.send('Browser.getVersion');
    this.#isStale = answered.then(
      () => current?.isClosed() ?? false,
      () => false,
    );
    this.#dismissLeftovers();
    await this.#popups.settled();
    if (!current || !this.#isSettledOn(current)) {
      await this.#isStale;
      this.#isStale = Promise.resolve(false);
      return work();
    }
    try {
      return await work();
    } catch (error) {
      if (!(await this.#isStale)) throw error;
      this.#isStale = Promise.resolve(false);
      return work();
    }
  }

  #isSettledOn(page: Page): boolean {
    return !page.isClosed() && (this.#isChosen || !isBlank(page.url()));
  }

  /**
   * A background tab renders no frames, and clicks and wheel events wait for one. As Playwright does for the pages of a test, emulates
   * focus for the current tab without bringing it to the front. Runs once per tab.
   */
  async #wake(page: Page): Promise<void> {
    const awake = this.#awake.get(page) ?? focus(page).catch(() => undefined); // the tab may be closing
    this.#awake.set(page, awake);
    await settledWithin(awake, WAKE_TIMEOUT_MS);
  }

  async #openFirst(): Promise<Page> {
    if (!this.#openFirstTab) return this.#context.newPage();
    const [page] = await Promise.all([
      this.#context.waitForEvent('page', { timeout: FIRST_TAB_TIMEOUT_MS }).catch(() => undefined),
      this.#openFirstTab(),
    ]);
    return page ?? this.#context.newPage(); // the only tab crashed before we connected, and Playwright does not list it
  }

  async #sortTabs(openingOrder: PageDriverOptions['openingOrder']): Promise<void> {
    const pages = this.#context.pages();
    if (pages.length < 2 || !openingOrder) return;
    const order = openingOrder();
    const ids = await Promise.all(pages.map((page) => targetIdOf(page).catch(() => ''))); // closed meanwhile
    const rank = new Map(pages.map((page, index) => [page, order.indexOf(ids[index] ?? '')]));
    this.#first = [...pages].sort((one, other) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0));
  }

  /** Without listeners, Playwright answers dialogs itself. With another client connected we listen, so that it can answer. */
  #onDialog(dialog: Dialog): void {
    this.#dialogs.add(dialog);
    if (!this.#isShared()) this.#dismissLeftovers();
  }

  #dismissLeftovers(): void {
    if (this.#isShared()) return;
    for (const dialog of this.#dialogs) {
      this.#dialogs.delete(dialog);
      const answered = dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss();
      answered.catch(() => {}); // another client answered it, or its page is closed
    }
  }
}

async function noJobs(): Promise<never> {
  throw new Error('Heavy work needs the option "runJob".');
}

/** Lasts as long as the connection. */
async function focus(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setFocusEmulationEnabled', { enabled: true });
  return cdp;
}

/** Returns the browser's id of a tab. */
async function targetIdOf(page: Page): Promise<string> {
  const cdp = await page.context().newCDPSession(page);
  const { targetInfo } = await cdp.send('Target.getTargetInfo');
  await cdp.detach();
  return targetInfo.targetId;
}
