/** Somebody who looks at the pages of the viewer: a browser of their own, and what went wrong in it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { expect } from 'vitest';
import type { TestApi } from './api';

/** A session as its start tells of it. */
export interface StartedSession {
  session_id: string;
  cdp_url: string;
  viewer_url: string;
}

/** Starts a session, and opens a page of it that says who it is. */
export async function startShown(
  api: TestApi,
  body = '<h1>Watched</h1>',
): Promise<StartedSession & { page: Page }> {
  const session = (await api.call('POST', '/sessions/start')).body as unknown as StartedSession;
  const browser = await chromium.connectOverCDP(session.cdp_url);
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error('The session has no page.');
  await page.setContent(`<title>Shown</title><body style="margin: 0">${body}`);
  return { ...session, page };
}

/** Opens pages of the viewer, in a browser that is a session of the same server. */
export class Looker {
  readonly #browser: Browser;
  readonly #opened: BrowserContext[] = [];
  /** What pages said of errors. */
  readonly errors: string[] = [];

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(api: TestApi): Promise<Looker> {
    const { body } = await api.call('POST', '/sessions/start');
    return new Looker(await chromium.connectOverCDP(body['cdp_url'] as string));
  }

  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    this.#opened.push(context);
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      // What the network does is what some tests are about.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket/.test(message.text()))
        this.errors.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  /** Looks at nothing any more: a wall that is left open watches the sessions of the next test too. */
  async lookAway(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((context) => context.close()));
  }
}

/** How many pictures have been drawn. */
export async function picturesOf(page: Page): Promise<number> {
  const drawn = await page.locator('canvas').getAttribute('data-pictures');
  return Number(drawn ?? 0);
}

/** Waits for the first picture. */
export async function firstPicture(page: Page): Promise<void> {
  await expect.poll(() => picturesOf(page), { timeout: 30_000 }).toBeGreaterThan(0);
}

/** What axe finds wrong with a page, as `rule: selector`. */
export async function axeViolations(page: Page): Promise<string[]> {
  const file = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await page.evaluate(await readFile(file, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
        }>;
      };
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${String(target[0])} ${failureSummary ?? ''}`,
      ),
    );
  });
}
