/** Drives the pages of one session through Playwright over CDP, as one more client beside the user's: what one does the other sees. */
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

/** How long the first tab may take to be there, in milliseconds: some ten times what it takes on a busy machine. */
const FIRST_TAB_TIMEOUT_MS = 5_000;

/** How long a tab that another client opened may take to be usable here, in milliseconds: it takes some ten, unless its page hangs or had crashed before. */
const CATCH_UP_MS = 1_000;

/** How long a tab may take to wake, in milliseconds: it takes one or two, unless its page hangs. */
const WAKE_TIMEOUT_MS = 1_000;

/** A call that took longer may have met a page that hangs, in milliseconds: most take a tenth of it. */
const SLOW_MS = 1_000;

/** A script that runs for so long without a pause counts as one that never ends, in milliseconds: longer than a large application takes to start on a busy machine. */
const HANG_MS = 5_000;

/** Where uploads come from and downloads go to. */
export interface ActionFiles {
  /** The path on this machine of an uploaded file; undefined when there is none of this name. */
  upload(name: string): Promise<string | undefined>;
  /** Stores a download: `save` writes it to the path it is given. Resolves with the name under which it is stored. */
  storeDownload(suggestedName: string, save: (path: string) => Promise<void>): Promise<string>;
  /** The next download of the default context, where somebody keeps them all. @default nobody does */
  nextDownload?: (() => AwaitedDownload) | undefined;
}

/** A download that has begun. */
export interface BegunDownload {
  /** Resolves with the name under which it is stored, when it is complete. */
  stored: Promise<string>;
}

/** A download that may begin. */
export interface AwaitedDownload {
  begun: Promise<BegunDownload>;
  /** Waits for it no more. */
  forget: () => void;
}

/** What a driver needs. */
export interface PageDriverOptions extends PlaywrightConnection {
  /** Undefined when the session was started without file storage. */
  files?: ActionFiles | undefined;
  /** Ids of the browser's tabs in the order of their opening; Chromium tells them in no order. @default in any order */
  openingOrder?: (() => readonly string[]) | undefined;
  /** Opens the session's first tab, of the size that the session was started with. @default a tab of Chromium's own size */
  openFirstTab?: (() => Promise<void>) | undefined;
  /** Does heavy work on what pages say. @default nothing does: the calls that need it fail */
  runJob?: RunJob | undefined;
  /** Whether another client is connected now: it may want to answer dialogs and to receive downloads itself. @default never */
  isShared?: (() => boolean) | undefined;
}

/** One connection to a session's browser, and the tab that it works on. Calls are done one after the other, by {@link PageDriver.run}. */
export class PageDriver {
  readonly files: ActionFiles | undefined;
  readonly workDir: string;
  /** Whether the browser reads and writes the files of this machine. */
  readonly isLocal: boolean;
  /** Does heavy work on what pages say. */
  readonly runJob: RunJob;
  /** Resolves when the connection has ended, by either side. Never rejects. */
  readonly closed: Promise<void>;
  /** The elements of the last observation; undefined before the first one. */
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
  /** Tabs that were there at connect, in the order of their opening. */
  #first: readonly Page[] = [];
  #current: Page | undefined;
  /** False while the current tab is only the best guess. */
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
   * Connects. Loads Playwright: only sessions that are driven by the API pay for it.
   * @throws {@link CdpError} when the browser cannot be connected to (method `connect`), or has no context
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

  /** CDP of the browser itself. */
  get cdp(): CDPSession {
    return this.#cdp;
  }

  /** Whether another client is connected now. */
  get isShared(): boolean {
    return this.#isShared();
  }

  /** Every tab of the session, in the order of their opening, whoever opened them and in whichever context. */
  get tabs(): Page[] {
    const first = this.#first.filter((page) => !page.isClosed());
    return [...first, ...this.#context.pages().filter((page) => !first.includes(page))];
  }

  /** The tabs as the browser has them at this moment, those included that another client has opened just now. */
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

  /** Whether another client had closed the current tab before the running call began. Then the call is made again, on the tab that is current now. */
  get isStale(): Promise<boolean> {
    return this.#isStale;
  }

  /** The text of a dialog that waits for its answer; undefined when there is none. */
  get openDialog(): string | undefined {
    const [dialog] = this.#dialogs;
    return dialog && `${dialog.type()} "${dialog.message()}"`;
  }

  /**
   * The tab that calls work on: it stays the same until it is closed or another one is chosen. At first it is the oldest one that has
   * gone anywhere; blank tabs are left over by clients that needed one to connect. Opens one when there is none.
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

  /** Works on this tab from now on. */
  choose(page: Page): void {
    this.#current = page;
    this.#isChosen = true;
  }

  /** Opens a tab beside the others, and works on it from now on. */
  async open(): Promise<Page> {
    this.choose(await this.#context.newPage());
    return this.page();
  }

  /** Whether the current tab has crashed: nothing can be done in it any more. */
  get hasCrashed(): boolean {
    return this.#current !== undefined && this.#crashed.has(this.#current);
  }

  /** Works on a new tab in the place of one that has crashed. */
  async replaceCrashed(): Promise<Page> {
    const crashed = this.#current;
    const page = await this.open();
    if (crashed) await settledWithin(crashed.close(), WAKE_TIMEOUT_MS); // closed meanwhile by another client
    return page;
  }

  /** Does what may open a tab; that one becomes the current tab, also when it comes a little later. */
  following<T>(page: Page, work: () => Promise<T>): Promise<T> {
    return this.#popups.during(page, work);
  }

  /**
   * Does the work when everything that was asked for before is done, and the tab that it opened is there.
   * @throws {@link CdpError} `cdp_closed` as soon as the connection ends
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

  /** Does the work, which fails when an answer of the browser has more bytes. Holds for a browser on this machine. */
  async withAnswersUpTo<T>(maxBytes: number, work: () => Promise<T>): Promise<T> {
    const before = this.#limits.answer;
    this.#limits.answer = maxBytes;
    try {
      return await work();
    } finally {
      this.#limits.answer = before;
    }
  }

  /** Disconnects; the browser goes on. Work that still runs fails. */
  async close(): Promise<void> {
    await this.#browser.close().catch(() => {}); // already gone with its browser
  }

  /** Ends a script of the current tab that never ends, so that it holds up no call but one. A script that waits for a dialog waits for another client. Never rejects. */
  async #free(): Promise<void> {
    const page = this.#current;
    const awake =
      page && !page.isClosed() && this.#dialogs.size === 0 ? this.#awake.get(page) : undefined;
    const cdp = awake && (await orAfter(awake, WAKE_TIMEOUT_MS, undefined));
    if (!cdp) return;
    const isFree = await settledWithin(cdp.send('Runtime.evaluate', { expression: '1' }), HANG_MS); // a failure is an answer too
    if (!isFree) await settledWithin(cdp.send('Runtime.terminateExecution'), WAKE_TIMEOUT_MS);
  }

  /**
   * What other clients did before is told to us before the answer to a question of ours. While the current tab looks alive, its call
   * does not wait for that answer; should the tab prove to be gone, the call has failed, and is made again.
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
   * A tab behind another one draws no pictures, and clicks and wheels wait for one. As Playwright does for the pages of a test, the
   * current tab is told that it has the focus, without being brought to the front. Done once for each tab.
   */
  async #wake(page: Page): Promise<void> {
    const awake = this.#awake.get(page) ?? focus(page).catch(() => undefined); // it may be closing
    this.#awake.set(page, awake);
    await settledWithin(awake, WAKE_TIMEOUT_MS);
  }

  async #openFirst(): Promise<Page> {
    if (!this.#openFirstTab) return this.#context.newPage();
    const [page] = await Promise.all([
      this.#context.waitForEvent('page', { timeout: FIRST_TAB_TIMEOUT_MS }).catch(() => undefined),
      this.#openFirstTab(),
    ]);
    return page ?? this.#context.newPage(); // the only tab had crashed before we came: Playwright does not know it
  }

  async #sortTabs(openingOrder: PageDriverOptions['openingOrder']): Promise<void> {
    const pages = this.#context.pages();
    if (pages.length < 2 || !openingOrder) return;
    const order = openingOrder();
    const ids = await Promise.all(pages.map((page) => targetIdOf(page).catch(() => ''))); // closed in the meantime
    const rank = new Map(pages.map((page, index) => [page, order.indexOf(ids[index] ?? '')]));
    this.#first = [...pages].sort((one, other) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0));
  }

  /** Playwright answers dialogs itself where nobody listens. Beside another client we listen, and leave the answer to that one. */
  #onDialog(dialog: Dialog): void {
    this.#dialogs.add(dialog);
    if (!this.#isShared()) this.#dismissLeftovers();
  }

  #dismissLeftovers(): void {
    if (this.#isShared()) return;
    for (const dialog of this.#dialogs) {
      this.#dialogs.delete(dialog);
      const answered = dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss();
      answered.catch(() => {}); // answered by another client, or gone with its page
    }
  }
}

async function noJobs(): Promise<never> {
  throw new Error('Heavy work needs the option "runJob".');
}

/** Holds as long as the connection. */
async function focus(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Emulation.setFocusEmulationEnabled', { enabled: true });
  return cdp;
}

/** The browser's own id of a tab. */
async function targetIdOf(page: Page): Promise<string> {
  const cdp = await page.context().newCDPSession(page);
  const { targetInfo } = await cdp.send('Target.getTargetInfo');
  await cdp.detach();
  return targetInfo.targetId;
}
