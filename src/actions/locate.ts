/** Finds the element of an action by its selector, or by its id in the last observation. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { InteractionAction, NodeSelectors } from '../contract/actions';
import { ApiError } from '../contract/errors';
import { ActionFailure } from './outcome';
import type { PageDriver } from './page-driver';
import type { TimeLimit } from './time-limit';

/** Pause between tries of several selectors, in milliseconds: one or two frames. */
const POLL_MS = 32;

/** An element with its name for messages. */
export interface Target {
  locator: Locator;
  name: string;
}

/**
 * Returns the action's element; a selector has priority over an id. The element may not exist yet: the caller waits for it.
 * @throws {@link ApiError} (409) for an id before any observation; {@link ActionFailure} for an unknown id
 */
export async function locate(
  driver: PageDriver,
  { action, page, time }: { action: InteractionAction; page: Page; time: TimeLimit },
): Promise<Target> {
  const { selector, id } = action;
  if (selector === undefined) return observed(driver, id);
  if (typeof selector === 'string') return { locator: page.locator(selector), name: selector };
  return bySelectors(selector, page, time);
}

function observed(driver: PageDriver, id: string): Target {
  if (!driver.snapshot)
    throw new ApiError(
      `The id '${id}' means nothing yet: nothing was observed in this session. Call observe first, or give a selector.`,
      { code: 'not_observed', method: '', path: '', status: 409 },
    );
  const element = driver.snapshot.get(id);
  if (!element)
    throw new ActionFailure(
      `Action with id '${id}' is invalid: the last observation has no such element. Observe again.`,
    );
  return { locator: element.locator, name: id };
}

async function bySelectors(selectors: NodeSelectors, page: Page, time: TimeLimit): Promise<Target> {
  const {
    cssSelector,
    xpathSelector,
    playwrightSelector,
    iframeParentCssSelectors = [],
  } = selectors;
  if (playwrightSelector)
    return { locator: page.locator(playwrightSelector), name: playwrightSelector };
  const scope = iframeParentCssSelectors.reduce<Page | FrameLocator>(
    (outer, iframe) => outer.frameLocator(iframe),
    page,
  );
  const candidates = [
    ...(cssSelector ? [`css=${cssSelector}`] : []),
    ...(xpathSelector ? [`xpath=${xpathSelector}`] : []),
  ].map((name) => ({ locator: scope.locator(name), name }));
  const [only, ...others] = candidates;
  return only && others.length === 0 ? only : firstWithOneMatch(candidates, time);
}

async function firstWithOneMatch(candidates: readonly Target[], time: TimeLimit): Promise<Target> {
  for (;;) {
    const counts = await Promise.all(
      candidates.map(async ({ locator }) => locator.count().catch(() => 0)),
    ); // an invalid selector matches nothing; another one may match
    const found = candidates[counts.indexOf(1)];
    if (found) return found;
    if (time.isOver)
      throw new ActionFailure(
        `None of the selectors matches exactly one element: ${candidates.map(({ name }, index) => `${name} matches ${counts[index] ?? 0}`).join(', ')}.`,
      );
    await delay(POLL_MS);
  }
}
