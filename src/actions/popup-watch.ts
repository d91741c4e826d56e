/** Tracks the tabs that an action opens: when Chromium announces them, and when Playwright can use them. */
import type { CDPSession, Page } from 'playwright-core';
import { settledWithin } from '../base/deadline';

/** How long after an action a new tab counts as opened by it, in milliseconds: the wait of the reference engine. */
const GRACE_MS = 500;
/** Time limit for an announced tab to be usable, in milliseconds: that of a navigation. */
const ARRIVAL_TIMEOUT_MS = 10_000;

/** Watches one browser. */
export class PopupWatch {
  readonly #cdp: CDPSession;
  readonly #onPopup: (page: Page) => void;
  /** The page whose new tabs are tracked, and until when. */
  #followed: { opener: Page; until: number } | undefined;
  /** Ids of announced tabs that are not usable yet, oldest first. */
  readonly #announced = new Set<string>();
  readonly #waiting = new Set<() => void>();

  constructor(cdp: CDPSession, onPopup: (page: Page) => void) {
    this.#cdp = cdp;
    this.#onPopup = onPopup;
    cdp.on('Target.targetCreated', ({ targetInfo }) => {
      if (targetInfo.openerId !== undefined && this.#isFollowing)
        this.#announced.add(targetInfo.targetId);
    });
    cdp.on('Target.targetDestroyed', ({ targetId }) => this.#forget(targetId));
    cdp.once('close', () => [...this.#announced].forEach((targetId) => this.#forget(targetId)));
  }

  /** Starts listening. */
  async start(): Promise<void> {
    await this.#cdp.send('Target.setDiscoverTargets', {
      discover: true,
      filter: [{ type: 'page' }],
    });
  }

  /** Runs the work, and reports tabs that it opens from this page. */
  async during<T>(opener: Page, work: () => Promise<T>): Promise<T> {
    this.#followed = { opener, until: Number.POSITIVE_INFINITY };
    try {
      return await work();
    } finally {
      this.#followed = { opener, until: Date.now() + GRACE_MS };
    }
  }

  /** Handles a usable tab. */
  async arrived(page: Page): Promise<void> {
    const followed = this.#followed;
    const isRecent = this.#isFollowing || this.#announced.size > 0;
    if (followed && isRecent && (await page.opener()) === followed.opener) this.#onPopup(page);
    const [oldest] = this.#announced; // Playwright does not report the id of a page; they arrive in about this order
    if (oldest !== undefined) this.#forget(oldest);
  }

  /** Resolves when each announced tab is usable or closed. */
  async settled(): Promise<void> {
    if (this.#announced.size === 0) return;
    const arrived = new Promise<void>((resolve) => this.#waiting.add(resolve));
    await settledWithin(arrived, ARRIVAL_TIMEOUT_MS);
    this.#announced.clear();
  }

  get #isFollowing(): boolean {
    return this.#followed !== undefined && Date.now() <= this.#followed.until;
  }

  #forget(targetId: string): void {
    this.#announced.delete(targetId);
    if (this.#announced.size > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
