/** Handlers that work with the browser of a running session: its cookies, its tabs and its current page. Most become a step of the trajectory. */
import type { Page } from 'playwright-core';
import * as z from 'zod';
import type { PageDriver } from '../../actions/page-driver';
import type { DebugTab } from '../../contract/debug';
import { executionResultSchema } from '../../contract/execution';
import { observationSchema, type Observation } from '../../contract/observation';
import type { encodeSpace } from '../../contract/observed-space';
import { notFound, refused } from '../../contract/refusals';
import type { ScrapedData, ScrapeRequest } from '../../contract/scrape';
import { fromCdp } from '../browsers/cdp-cookies';
import { setCookies } from '../browsers/set-cookies';
import type { SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';
import { onPages, whileActive } from '../sessions/session-call';
import { sessionUrls } from '../sessions/known-session';
import type { Handler, Handlers } from './bind';

/** Longest time for a screenshot, in milliseconds: that of an observation. */
const SCREENSHOT_MS = 20_000;
/** Quality of screenshots, from 0 to 100: that of the contract's reference engine. */
const JPEG_QUALITY = 85;

/** Cookies, debug information, actions, observations, screenshots, and scraping. */
export function pageHandlers(registry: SessionRegistry) {
  return {
    getCookies: async ({ session }) => {
      const { connection } = session.browser;
      const { cookies } = await whileActive(session, () =>
        connection.send('Storage.getCookies', {}),
      );
      return { cookies: cookies.map(fromCdp) };
    },
    setCookies: async ({ session, body: { cookies } }) => {
      const { connection } = session.browser;
      const message = await whileActive(session, () => setCookies(connection, cookies));
      return { success: true, message };
    },
    getDebugInfo: async ({ session, baseUrl }) => {
      const { viewer, cdp, recording, logs } = sessionUrls(session, baseUrl);
      const tabs = await openTabs(session, baseUrl);
      return { debugUrl: viewer, ws: { cdp, recording, logs }, tabs };
    },
    getDebugTab: async ({ session, query: { index }, baseUrl }) => {
      const tab = (await openTabs(session, baseUrl)).at(index);
      if (!tab) throw notFound(`The session ${session.id} has no tab ${index}.`);
      return tab;
    },
    executeAction,
    takeScreenshot,
    observePage,
    scrapePage: async ({ session, body, query }) => scrape(session, body, query.updateMetadata),
    /** Starts a session for the call, and stops it. Checks the URL first, without a browser. */
    scrapeUrl: async ({ body, account, left }) => {
      const { urlOf } = await import('../../actions/open-url');
      await orRefused(() => urlOf(body.scrape.url));
      const session = await registry.start(body.start, { account, leaving: left });
      try {
        return await scrape(session.ensureActive(), body.scrape);
      } finally {
        await session.end({ status: 'closed', reason: null });
      }
    },
  } satisfies Partial<Handlers>;
}

/** A failed action is an answer too. Only a malformed one is refused. */
const executeAction: Handler<'executeAction'> = async ({ session, body: action, query }) => {
  const { executeAction: execute } = await import('../../actions/execute-action');
  const result = await onPages(session, (driver) => execute(driver, action), query.updateMetadata);
  const value = z.encode(executionResultSchema, result);
  session.trajectory.add({ type: 'execution_result', value });
  return result;
};

/** The visible part of the page, as JPEG. */
const takeScreenshot: Handler<'takeScreenshot'> = async ({ session, query }) => {
  const { withPageDeadline } = await import('../../actions/deadline');
  const { readAgain } = await import('../../actions/read-again');
  const options = { type: 'jpeg', quality: JPEG_QUALITY, timeout: SCREENSHOT_MS } as const;
  const what = 'take a picture of the page';
  const jpeg = await onPages(
    session,
    async (driver) => {
      const page = await driver.page();
      const taking = readAgain(page, what, async () => page.screenshot(options));
      return withPageDeadline(taking, SCREENSHOT_MS, what);
    },
    query.updateMetadata,
  );
  session.trajectory.add({ type: 'screenshot', value: null });
  return jpeg;
};

/** Instructions are refused: without a language model, the answer would not follow them. `deep` is answered like `fast`. */
const observePage: Handler<'observePage'> = async ({
  session,
  body: { url, instructions },
  query,
}) => {
  if (instructions !== undefined)
    throw refused('Could not observe the page', [
      {
        path: 'instructions',
        message:
          'this needs a language model, and this server has none; leave it out and choose from all actions of the page',
      },
    ]);
  const { observePage: observe, MAX_ANSWER_BYTES } =
    await import('../../actions/observe/observe-page');
  const observation = await onPages(
    session,
    async (driver) => {
      const page = await openPage(driver, url);
      const observed = await driver.withAnswersUpTo(MAX_ANSWER_BYTES, () =>
        observe(page, driver.tabs, lastActionId(session)),
      );
      driver.snapshot = observed.snapshot;
      return observed.observation;
    },
    query.updateMetadata,
  );
  session.trajectory.add({ type: 'observation', value: asStep(observation) });
  return observation;
};

/** The tabs. Opens the first tab if no client has used the browser yet; clients would close a later one. */
async function openTabs(session: LiveSession, baseUrl: string): Promise<DebugTab[]> {
  const { targets } = session.browser;
  await whileActive(session, async () => {
    await targets.refresh();
    if (targets.pages.length > 0 || session.hadClients) return;
    await session.browser.ensurePage();
    await targets.refresh();
  });
  const { viewer, page } = sessionUrls(session, baseUrl);
  return targets.pages.map(({ id, title, url }, tabId) => ({
    ...{ tabId, title, url },
    debugUrl: viewer,
    wsUrl: page(id),
  }));
}

async function scrape(
  session: LiveSession,
  request: ScrapeRequest,
  countsAsUse = true,
): Promise<ScrapedData> {
  const { scrapePage } = await import('../../actions/scrape/scrape-page');
  return onPages(
    session,
    async (driver) => scrapePage(await openPage(driver, request.url), request, driver.runJob),
    countsAsUse,
  );
}

async function openPage(driver: PageDriver, url: string | undefined): Promise<Page> {
  if (url === undefined) return driver.page();
  const { openInTab } = await import('../../actions/open-url');
  const { page } = await orRefused(() => openInTab(driver, url));
  return page;
}

/** @throws {@link InvalidRequestError} for a URL that cannot be opened */
async function orRefused<T>(open: () => Promise<T> | T): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const { firstLine } = await import('../../actions/errors');
    throw refused('Could not open the page', [{ path: 'url', message: firstLine(error) }]);
  }
}

/** An observation without its large parts, because the answer about a session contains many steps. */
function asStep(observation: Observation): object {
  const { screenshot, space, ...rest } = z.encode(observationSchema, {
    ...observation,
    screenshot: Buffer.alloc(0),
  });
  const {
    elements: _elements,
    actions: _actions,
    browser_actions: _browserActions,
    markdown: _markdown,
    ...small
  } = space as unknown as ReturnType<typeof encodeSpace>;
  return { ...rest, screenshot: { ...screenshot, bboxes: [] }, space: small };
}

/** The id of the element of the latest action. */
function lastActionId({ trajectory }: LiveSession): string | null {
  const value = trajectory.last('execution_result')?.value as
    { action?: { id?: unknown } } | undefined;
  const id = value?.action?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}
