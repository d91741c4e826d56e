/** Knows which tabs have crashed. Playwright still lists them, but does not answer calls on them. */
import type { BrowserContext, Page } from 'playwright-core';

/** Watches the current and future tabs of a context. */
export class CrashedTabs {
  readonly #crashed = new WeakSet<Page>();

  constructor(context: BrowserContext) {
    const watch = (page: Page): void => {
      page.once('crash', () => this.#crashed.add(page));
    };
    context.pages().forEach(watch);
    context.on('page', watch);
  }

  /** Whether the tab has crashed. It never recovers; another one replaces it. */
  has(page: Page): boolean {
    return this.#crashed.has(page);
  }
}
