/** The tabs of a watched session: the list, the tab that is shown, and its pictures. */
import type { CdpSession } from '../../cdp/connection';
import type { PageTarget, SessionTargets } from '../../cdp/session-targets';
import type { ViewedTab } from '../../contract/viewer';
import { PageCast, type CastSettings, type ScreencastFrame } from '../../recording/page-cast';
import { viewedTab } from './viewed-sessions';

/** How often titles are requested, in milliseconds: the browser does not report every change. */
const TITLES_MS = 1_000;

/** Receives what viewers see. */
export interface TabsListener {
  /** A picture of the shown tab, with the size of its page in CSS pixels. */
  onPicture(jpeg: Buffer, width: number, height: number): void;
  /** The list of tabs, a tab or the shown tab has changed. */
  onTabs(tabs: WatchedTabs): void;
  /** A page to listen to; called once for each page after {@link WatchedTabs.listen}. */
  onPage(page: CdpSession): void;
}

interface Tab {
  session: CdpSession;
  cast: PageCast;
  isReported: boolean;
}

/** Watches the tabs of one browser. Shows the tab that a viewer chose while it is open, otherwise the tab in front. */
export class WatchedTabs {
  readonly #targets: SessionTargets;
  readonly #listener: TabsListener;
  /** Our sessions by page id. Undefined for a page that closed before we were attached. */
  readonly #attached = new Map<string, Promise<Tab | undefined>>();
  readonly #unsubscribe: () => void;
  readonly #refreshing = setInterval(
    () => void this.#targets.refresh().catch(() => {}), // the browser has closed
    TITLES_MS,
  ).unref();
  #chosenId: string | undefined;
  #shown: { page: PageTarget; tab: Tab | undefined } | undefined;
  #settings: CastSettings | undefined;
  #isListening = false;

  constructor(targets: SessionTargets, listener: TabsListener) {
    this.#targets = targets;
    this.#listener = listener;
    this.#unsubscribe = targets.subscribe({
      added: (page) => {
        if (this.#isListening) void this.#attach(page);
        this.#update();
      },
      changed: () => this.#update(),
      removed: ({ id }) => {
        this.#attached.delete(id);
        this.#update();
      },
      front: () => this.#update(),
    });
    this.#update();
  }

  /** The tabs, oldest first. */
  get all(): ViewedTab[] {
    return this.#targets.pages.map(viewedTab);
  }

  /** The id of the shown tab; `null` if there is none. */
  get shownId(): string | null {
    return this.#shown?.page.id ?? null;
  }

  /** The shown page; undefined while this is not attached to it. */
  get shownPage(): CdpSession | undefined {
    return this.#shown?.tab?.session;
  }

  /** Takes pictures with these settings from now on, the first one at once. */
  cast(settings: CastSettings): void {
    this.#settings = settings;
    this.#shown?.tab?.cast.start(settings);
  }

  /** Attaches to all pages, and to new ones. */
  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    for (const attaching of this.#attached.values())
      void attaching.then((tab) => tab && this.#report(tab));
    for (const page of this.#targets.pages) void this.#attach(page);
  }

  /** Shows this tab while it is open. */
  show(id: string): void {
    if (!this.#targets.pages.some((page) => page.id === id)) return;
    this.#chosenId = id;
    this.#update();
  }

  /** Detaches from all pages. Safe to call twice. */
  async close(): Promise<void> {
    clearInterval(this.#refreshing);
    this.#unsubscribe();
    const attached = [...this.#attached.values()];
    this.#attached.clear();
    this.#shown?.tab?.cast.stop();
    await Promise.all(
      attached.map(async (attaching) => {
        const tab = await attaching;
        if (tab) await this.#targets.detach(tab.session);
      }),
    );
  }

  #update(): void {
    const chosen = this.#targets.pages.find(({ id }) => id === this.#chosenId);
    const next = chosen ?? this.#targets.front;
    if (next !== this.#shown?.page) this.#show(next);
    this.#listener.onTabs(this);
  }

  #show(page: PageTarget | undefined): void {
    this.#shown?.tab?.cast.stop();
    const shown = page && { page, tab: undefined as Tab | undefined };
    this.#shown = shown;
    if (!shown) return;
    void this.#attach(shown.page).then((tab) => {
      if (!tab || this.#shown !== shown) return;
      shown.tab = tab;
      if (this.#settings) tab.cast.start(this.#settings);
    });
  }

  #attach({ id }: PageTarget): Promise<Tab | undefined> {
    const known = this.#attached.get(id);
    if (known) return known;
    const attaching = this.#targets.attachTo(id).then(
      (session) => {
        const cast = new PageCast(session, id, (frame) => this.#picture(frame));
        const tab = { session, cast, isReported: false };
        if (this.#isListening) this.#report(tab);
        return tab;
      },
      () => undefined, // it has closed
    );
    this.#attached.set(id, attaching);
    return attaching;
  }

  #report(tab: Tab): void {
    if (!tab.isReported) this.#listener.onPage(tab.session);
    tab.isReported = true;
  }

  #picture({ data, metadata: { deviceWidth, deviceHeight } }: ScreencastFrame): void {
    this.#listener.onPicture(Buffer.from(data, 'base64'), deviceWidth, deviceHeight);
  }
}
