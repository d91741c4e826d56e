/** Knows which tabs have crashed: Playwright answers nothing for them any more, and gives them as they were. */
import type { BrowserContext, Page } from 'playwright-core';

/** Watches the tabs of one context, those that are there and those to come. */
export class CrashedTabs {
  readonly #crashed = new WeakSet<Page>();

  constructor(context: BrowserContext) {
    const watch = (page: Page): void => {
      page.once('crash', () => this.#crashed.add(page));
    };
    context.pages().forEach(watch);
    context.on('page', watch);
  }

  /** Whether the tab has crashed. It never comes back: another one takes its place. */
  has(page: Page): boolean {
    return this.#crashed.has(page);
  }
}
