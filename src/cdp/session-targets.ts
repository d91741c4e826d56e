/** The pages of one browser: which there are, in which order they were opened, and which one is in front. */
import { isBlank, isSamePlace } from '../base/addresses';
import { keptText } from '../base/foreign-text';
import type { CdpConnection, CdpSession } from './connection';
import type { TargetInfo } from './protocol';

/** Longest title and URL of a page that is kept, in bytes: what people can read, and all of most URLs. */
const MAX_TEXT_BYTES = 4_000;

/** A page of the browser. The same object as long as the page is open. */
export interface PageTarget {
  readonly id: string;
  readonly contextId: string | undefined;
  readonly url: string;
  readonly title: string;
  /** When it first had a URL, by `performance.now()`, which does not follow the system clock. Undefined while it is blank. */
  readonly loadsSinceMs: number | undefined;
}

/** What a subscriber wants to know. */
export interface TargetsListener {
  added?(page: PageTarget): void;
  /** The URL or the title is another one. */
  changed?(page: PageTarget): void;
  removed?(page: PageTarget): void;
  /** Another page is in front, or none. */
  front?(page: PageTarget | undefined): void;
}

type KnownPage = { -readonly [Key in keyof PageTarget]: PageTarget[Key] } & {
  /** The higher, the later the page was opened or went to another URL. */
  rank: number;
};

/**
 * Follows the pages of one browser without attaching to them. Subscribers that need a page's own events open a session to it.
 *
 * The page in front is the one that was opened or went to another URL last. Pages of a prepared context are hidden until a test gets
 * them: their client calls {@link SessionTargets.prepare}.
 */
export class SessionTargets {
  /** Resolves when the pages that are there are known. Rejects when the browser is gone. */
  readonly ready: Promise<unknown>;
  readonly #connection: CdpConnection;
  /** By id, oldest first. */
  readonly #pages = new Map<string, KnownPage>();
  readonly #listeners = new Set<TargetsListener>();
  #preparedContextId: string | undefined;
  #front: KnownPage | undefined;
  #lastRank = 0;

  /** @param connection - stays the caller's; one of these for each connection */
  constructor(connection: CdpConnection) {
    this.#connection = connection;
    connection.on('Target.targetCreated', ({ targetInfo }) => this.#add(targetInfo));
    connection.on('Target.targetInfoChanged', ({ targetInfo }) => this.#update(targetInfo));
    connection.on('Target.targetDestroyed', ({ targetId }) => this.#remove(targetId));
    const filter = [{ type: 'page' }];
    this.ready = connection.send('Target.setDiscoverTargets', { discover: true, filter });
    this.ready.catch(() => {}); // a browser that is gone has no pages
  }

  /** False once the connection to the browser is closed. */
  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  /** The pages, oldest first, without those of the prepared context. */
  get pages(): PageTarget[] {
    return [...this.#pages.values()].filter((page) => !this.#isPrepared(page));
  }

  /** The page in front; undefined when there is none. */
  get front(): PageTarget | undefined {
    return this.#front;
  }

  /** Reports changes from now on. Returns the function that ends it. */
  subscribe(listener: TargetsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Hides the pages of this context until another one is prepared, or none, or until a page of it loads something. */
  prepare(contextId: string | null): void {
    this.#preparedContextId = contextId ?? undefined;
    this.#settle();
  }

  /** Forgets the pages of a context that is about to close. */
  leave(contextId: string): void {
    for (const page of [...this.#pages.values()])
      if (page.contextId === contextId) this.#remove(page.id);
  }

  /** Asks for titles: the browser does not report every change. */
  async refresh(): Promise<void> {
    const { targetInfos } = await this.#connection.send('Target.getTargets', {});
    for (const info of targetInfos) this.#update(info);
  }

  /**
   * Opens a session to a page. The caller detaches from it.
   * @throws {@link CdpError} when the page or the browser is gone
   */
  async attachTo(pageId: string): Promise<CdpSession> {
    const { sessionId } = await this.#connection.send('Target.attachToTarget', {
      targetId: pageId,
      flatten: true,
    });
    return this.#connection.session(sessionId);
  }

  /** Ends a session that {@link SessionTargets.attachTo} opened. */
  async detach({ id = '' }: CdpSession): Promise<void> {
    await this.#connection.send('Target.detachFromTarget', { sessionId: id }).catch(() => {}); // the page or the browser is gone
  }

  #isPrepared({ contextId }: KnownPage): boolean {
    return contextId !== undefined && contextId === this.#preparedContextId;
  }

  #add({ type, targetId: id, browserContextId: contextId, ...texts }: TargetInfo): void {
    if (type !== 'page' || this.#pages.has(id)) return;
    const { url, title } = keptTexts(texts);
    const loadsSinceMs = isBlank(url) ? undefined : performance.now();
    const page = { id, contextId, url, title, loadsSinceMs, rank: ++this.#lastRank };
    this.#pages.set(id, page);
    this.#report((listener) => listener.added?.(page));
    this.#settle();
  }

  #update(info: TargetInfo): void {
    const page = this.#pages.get(info.targetId);
    const { url, title } = keptTexts(info);
    if (!page || (page.url === url && page.title === title)) return;
    const hasMoved = !isSamePlace(page.url, url);
    Object.assign(page, { url, title });
    if (hasMoved) page.rank = ++this.#lastRank;
    if (!isBlank(url)) {
      page.loadsSinceMs ??= performance.now();
      if (this.#isPrepared(page)) this.#preparedContextId = undefined; // a test has it already
    }
    this.#report((listener) => listener.changed?.(page));
    this.#settle();
  }

  #remove(id: string): void {
    const page = this.#pages.get(id);
    if (!page) return;
    this.#pages.delete(id);
    this.#report((listener) => listener.removed?.(page));
    this.#settle();
  }

  #settle(): void {
    let front: KnownPage | undefined;
    for (const page of this.#pages.values())
      if (!this.#isPrepared(page) && page.rank > (front?.rank ?? 0)) front = page;
    if (front === this.#front) return;
    this.#front = front;
    this.#report((listener) => listener.front?.(front));
  }

  #report(call: (listener: TargetsListener) => void): void {
    for (const listener of [...this.#listeners]) call(listener);
  }
}

function keptTexts({ url, title }: Pick<TargetInfo, 'url' | 'title'>): {
  url: string;
  title: string;
} {
  return { url: keptText(url, MAX_TEXT_BYTES), title: keptText(title, MAX_TEXT_BYTES) };
}
