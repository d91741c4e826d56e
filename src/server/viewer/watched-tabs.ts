/** The tabs of a session as its watchers see them: which there are, which one is shown, and its pictures. */
import { keptText } from '../../base/foreign-text';
import { isBlank, isSamePlace } from '../../base/addresses';
import { withoutUrlSecrets } from '../../base/redaction';
import type { CdpConnection, CdpSession } from '../../cdp/connection';
import type { CdpEvents, TargetInfo } from '../../cdp/protocol';
import type { ViewedTab } from '../../contract/viewer';
import type { CastSettings, ScreencastFrame } from '../../recording/page-cast';
import { PageCast } from '../../recording/page-cast';
import { onContent } from '../../recording/page-content';

/** What is watched: pages only. */
const FILTER = [{ type: 'page' }];

/** How often titles are asked for, in milliseconds: the browser does not tell of every change. */
const TITLES_MS = 1_000;

/** Longest title and URL of a tab that is shown, in bytes: what people can read, and all of most URLs. */
const MAX_TEXT_BYTES = 4_000;

/** Who is told. */
export interface TabsListener {
  /** A picture of the tab that is shown, with the size of its page in CSS pixels. */
  onPicture(jpeg: Buffer, width: number, height: number): void;
  /** Something of the tabs has changed. */
  onTabs(tabs: WatchedTabs): void;
  /** A page is there, to listen to. */
  onPage(page: CdpSession): void;
}

interface Tab extends ViewedTab {
  page: CdpSession;
  cast: PageCast;
  /** False until it has shown anything: a blank one is made ahead for the next test. */
  isTouched: boolean;
}

/**
 * Watches the tabs of one browser, as a CDP client of its own. Shown is the tab that was asked for as long as it is open; else the one that
 * was opened or went somewhere last.
 */
export class WatchedTabs {
  readonly #connection: CdpConnection;
  readonly #browser: CdpSession;
  readonly #listener: TabsListener;
  /** By target id, in the order of opening. */
  readonly #tabs = new Map<string, Tab>();
  /** Ids of tabs, the one that did something last at the end. */
  #lately: string[] = [];
  #wanted: string | undefined;
  #shown: Tab | undefined;
  #settings: CastSettings | undefined;
  readonly #refreshing = setInterval(() => void this.#refresh(), TITLES_MS).unref();

  private constructor(connection: CdpConnection, browser: CdpSession, listener: TabsListener) {
    this.#connection = connection;
    this.#browser = browser;
    this.#listener = listener;
    browser.on('Target.attachedToTarget', (event) => this.#add(event));
    browser.on('Target.targetInfoChanged', ({ targetInfo }) => this.#update(targetInfo));
    browser.on('Target.targetDestroyed', ({ targetId }) => this.#remove(targetId));
  }

  /**
   * Attaches to every page of the browser, now and later.
   * @param tabIds - ids of the tabs that are there, oldest first: the browser tells of them in any order
   * @throws {@link CdpError} when the browser is gone
   */
  static async attach(
    connection: CdpConnection,
    tabIds: () => readonly string[],
    listener: TabsListener,
  ): Promise<WatchedTabs> {
    const { sessionId } = await connection.send('Target.attachToBrowserTarget');
    const browser = connection.session(sessionId);
    const tabs = new WatchedTabs(connection, browser, listener);
    try {
      await browser.send('Target.setDiscoverTargets', { discover: true, filter: FILTER });
      await browser.send('Target.setAutoAttach', {
        autoAttach: true,
        waitForDebuggerOnStart: false,
        flatten: true,
        filter: FILTER,
      });
      tabs.#sort(tabIds());
      return tabs;
    } catch (error) {
      await tabs.close(); // else it would ask for titles for ever
      throw error;
    }
  }

  /** The tabs, oldest first, without those that wait for their test. */
  get all(): ViewedTab[] {
    return [...this.#tabs.values()]
      .filter((tab) => tab.isTouched || tab === this.#shown)
      .map(({ id, title, url }) => ({ id, title, url: withoutUrlSecrets(url) }));
  }

  /** The one that is shown; undefined while there is none. */
  get shown(): { id: string; page: CdpSession } | undefined {
    return this.#shown;
  }

  /** Every page that is watched. */
  get pages(): CdpSession[] {
    return [...this.#tabs.values()].map(({ page }) => page);
  }

  /** Takes pictures in this way from now on; the first one comes at once. */
  cast(settings: CastSettings): void {
    this.#settings = settings;
    this.#shown?.cast.start(settings);
  }

  /** Shows this tab, as long as it is open. */
  show(id: string): void {
    if (!this.#tabs.has(id)) return;
    this.#wanted = id;
    this.#settle();
  }

  /** Detaches from all pages. Safe to call twice. */
  async close(): Promise<void> {
    clearInterval(this.#refreshing);
    this.#shown?.cast.stop();
    await this.#connection
      .send('Target.detachFromTarget', { sessionId: this.#browser.id ?? '' })
      .catch(() => {}); // the browser may be gone
  }

  async #refresh(): Promise<void> {
    const found = await this.#connection.send('Target.getTargets', {}).catch(() => undefined); // it is gone
    for (const info of found?.targetInfos ?? []) this.#update(info);
  }

  #add({ sessionId, targetInfo }: CdpEvents['Target.attachedToTarget']): void {
    const { targetId: id, openerId } = targetInfo;
    const { url, title } = shownTexts(targetInfo);
    const page = this.#connection.session(sessionId);
    const tab: Tab = {
      ...{ id, url, title, page },
      cast: new PageCast(page, id, (frame) => this.#picture(frame)),
      isTouched: !isBlank(url) || openerId !== undefined,
    };
    const opener = this.#tabs.get(openerId ?? '');
    if (opener) opener.isTouched = true; // else its first paint, which is told later, would bring it before the popup
    this.#tabs.set(id, tab);
    this.#lately.push(id);
    if (!tab.isTouched)
      onContent(page, id, {
        onOld: () => {
          tab.isTouched = true;
          this.#settle();
        },
        onNew: () => {
          if (!tab.isTouched && this.#tabs.has(id)) this.#touch(tab);
        },
      });
    this.#listener.onPage(page);
    this.#settle();
  }

  /** Puts them in the order of these ids; one that is not among them is newer. */
  #sort(ids: readonly string[]): void {
    const order = [...ids, ...this.#lately.filter((id) => !ids.includes(id))];
    const tabs = order.flatMap((id) => this.#tabs.get(id) ?? []);
    this.#tabs.clear();
    for (const tab of tabs) this.#tabs.set(tab.id, tab);
    this.#lately = tabs.map(({ id }) => id);
    this.#settle();
  }

  #update(info: TargetInfo): void {
    const tab = this.#tabs.get(info.targetId);
    const { url, title } = shownTexts(info);
    if (!tab || (tab.url === url && tab.title === title)) return;
    const hasGone = !isSamePlace(tab.url, url);
    Object.assign(tab, { url, title });
    if (hasGone) this.#touch(tab);
    else this.#listener.onTabs(this);
  }

  #touch(tab: Tab): void {
    tab.isTouched = true;
    this.#lately = [...this.#lately.filter((id) => id !== tab.id), tab.id];
    this.#settle();
  }

  #remove(id: string): void {
    this.#tabs.delete(id);
    this.#lately = this.#lately.filter((it) => it !== id);
    if (this.#wanted === id) this.#wanted = undefined;
    this.#settle();
  }

  /** Shows what is to be shown now. */
  #settle(): void {
    const next = this.#next();
    if (next !== this.#shown) {
      this.#shown?.cast.stop();
      this.#shown = next;
      if (this.#settings) next?.cast.start(this.#settings);
    }
    this.#listener.onTabs(this);
  }

  #next(): Tab | undefined {
    const tabs = this.#lately.flatMap((id) => this.#tabs.get(id) ?? []);
    const wanted = this.#wanted === undefined ? undefined : this.#tabs.get(this.#wanted);
    return wanted ?? tabs.findLast(({ isTouched }) => isTouched) ?? tabs.at(-1);
  }

  #picture({ data, metadata: { deviceWidth, deviceHeight } }: ScreencastFrame): void {
    this.#listener.onPicture(Buffer.from(data, 'base64'), deviceWidth, deviceHeight);
  }
}

/** What people see of a tab. */
export function shownTexts({ url, title }: Pick<TargetInfo, 'url' | 'title'>): {
  url: string;
  title: string;
} {
  return { url: keptText(url, MAX_TEXT_BYTES), title: keptText(title, MAX_TEXT_BYTES) };
}
