/** Notices the tabs that an action opens: when Chromium announces them, and when Playwright can use them. */
import type { CDPSession, Page } from 'playwright-core';
import { settledWithin } from '../base/deadline';

/** How long after an action a tab still counts as opened by it, in milliseconds: what the contract's reference engine waits. */
const GRACE_MS = 500;
/** How long a call waits for an announced tab to be usable, in milliseconds: as long as for a navigation. */
const ARRIVAL_TIMEOUT_MS = 10_000;

/** Watches one browser. */
export class PopupWatch {
  readonly #cdp: CDPSession;
  readonly #onPopup: (page: Page) => void;
  /** Whose tabs are followed, and until when. */
  #followed: { opener: Page; until: number } | undefined;
  /** Ids of tabs that were announced by now and are not usable yet, oldest first. */
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

  /** Begins to listen. */
  async start(): Promise<void> {
    await this.#cdp.send('Target.setDiscoverTargets', {
      discover: true,
      filter: [{ type: 'page' }],
    });
  }

  /** Does the work; tabs that it opens from this page are told. */
  async during<T>(opener: Page, work: () => Promise<T>): Promise<T> {
    this.#followed = { opener, until: Number.POSITIVE_INFINITY };
    try {
      return await work();
    } finally {
      this.#followed = { opener, until: Date.now() + GRACE_MS };
    }
  }

  /** A tab can be used now. */
  async arrived(page: Page): Promise<void> {
    const followed = this.#followed;
    const isRecent = this.#isFollowing || this.#announced.size > 0;
    if (followed && isRecent && (await page.opener()) === followed.opener) this.#onPopup(page);
    const [oldest] = this.#announced; // Playwright does not tell the id of a page; they arrive in about this order
    if (oldest !== undefined) this.#forget(oldest);
  }

  /** Resolves when every announced tab can be used, or is gone. */
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
