/** Actions on tabs and their history. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page, Response } from 'playwright-core';
import { NAVIGATION_MS } from '../contract/action-limits';
import type { ActionOf } from '../contract/actions';
import { openInTab, openUrl } from './open-url';
import { ActionFailure, done, type Outcome } from './outcome';
import type { PageDriver } from './page-driver';
import { untilQuiet } from './arrival';

/** Opens a URL in the current tab. */
export async function goto(driver: PageDriver, { url }: ActionOf<'goto'>): Promise<Outcome> {
  const { page, how } = await openInTab(driver, url);
  return done(`Went to ${page.url()}${how}.`);
}

/** Opens a URL in a new tab. */
export async function gotoNewTab(
  driver: PageDriver,
  { url }: ActionOf<'goto_new_tab'>,
): Promise<Outcome> {
  const page = await driver.open();
  await driver.following(page, () => openUrl(page, url));
  return done(`Opened ${page.url()} in a new tab.`);
}

/** Closes the current tab. */
export async function closeTab(driver: PageDriver): Promise<Outcome> {
  const page = await driver.page();
  const url = page.url();
  await page.close();
  const last = driver.tabs.at(-1);
  if (last) driver.choose(last);
  return done(`Closed the tab with ${url}.`);
}

/**
 * Switches to another tab.
 * @throws {@link ActionFailure} if the tab does not exist
 */
export async function switchTab(
  driver: PageDriver,
  { tabIndex }: ActionOf<'switch_tab'>,
): Promise<Outcome> {
  const tabs = await driver.tabsNow();
  const page = tabIndex < -1 ? undefined : tabs.at(tabIndex);
  if (!page)
    throw new ActionFailure(
      `There is no tab ${tabIndex}: this session has ${tabs.length}, from 0; -1 is the last.`,
    );
  driver.choose(page);
  await page.bringToFront();
  await page.waitForLoadState('load', { timeout: NAVIGATION_MS }).catch(() => {}); // a slow tab is still the current one
  return done(`Switched to the tab with ${page.url()}.`);
}

/** Goes back in the history of the tab. */
export async function goBack(driver: PageDriver): Promise<Outcome> {
  return travel(await driver.page(), 'back', (page) => page.goBack({ timeout: NAVIGATION_MS }));
}

/** Goes forward in the history of the tab. */
export async function goForward(driver: PageDriver): Promise<Outcome> {
  return travel(await driver.page(), 'forward', (page) =>
    page.goForward({ timeout: NAVIGATION_MS }),
  );
}

/** Reloads the page. */
export async function reload(driver: PageDriver): Promise<Outcome> {
  const current = await driver.page();
  const { page, how } = driver.hasCrashed
    ? await openInTab(driver, current.url())
    : { page: current, how: '' };
  if (page === current) await page.reload({ timeout: NAVIGATION_MS });
  await untilQuiet(page);
  return done(`Loaded ${page.url()} again${how}.`);
}

/** Waits. */
export async function wait(_: PageDriver, { time: timeMs }: ActionOf<'wait'>): Promise<Outcome> {
  await delay(timeMs, undefined, { ref: false });
  return done(`Waited for ${timeMs} ms.`);
}

/** Playwright returns null for a same-document step, and if there is no entry; only then the URL does not change. */
async function travel(
  page: Page,
  direction: 'back' | 'forward',
  step: (page: Page) => Promise<Response | null>,
): Promise<Outcome> {
  const before = page.url();
  const response = await step(page);
  if (!response && page.url() === before)
    throw new ActionFailure(`There is no page to go ${direction} to.`);
  return done(`Went ${direction} to ${page.url()}.`);
}
