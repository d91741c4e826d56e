/** Routes that read a session's current page: what can be done on it, and what it says. An observation becomes a step of its trajectory. */
import type { Page } from 'playwright-core';
import type { PageDriver } from '../../actions/page-driver';
import { encodeObservation, observeRequestSchema } from '../../contract/observation';
import {
  decodeScrapeRequest,
  encodeScrapedData,
  type ScrapedData,
  type ScrapeRequest,
} from '../../contract/scrape';
import { countsAsUse } from '../../contract/touching';
import { refused } from '../../contract/refusals';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';
import { onPages } from '../sessions/session-call';
import { checkedBody } from './checked-body';
import { runningSessionOf } from './path-session';

/** Observe and scrape. */
export function observeRoutes(registry: SessionRegistry): Route[] {
  const running = (exchange: Exchange): LiveSession => runningSessionOf(registry, exchange);
  return [
    {
      method: 'POST',
      path: '/sessions/:id/page/observe',
      handle: (exchange) => observe(running(exchange), exchange),
    },
    {
      method: 'POST',
      path: '/sessions/:id/page/scrape',
      handle: (exchange) => scrape(running(exchange), exchange),
    },
  ];
}

/** `deep` is answered like `fast`; instructions are refused, because whoever gave them takes the answer for a choice. */
async function observe(session: LiveSession, exchange: Exchange): Promise<void> {
  const { url, instructions } = await checkedBody(
    exchange,
    observeRequestSchema,
    'Invalid observe request',
  );
  if (instructions !== undefined)
    throw refused('Could not observe the page', [
      {
        path: 'instructions',
        message:
          'this needs a language model, and this server has none; leave it out and choose from all actions of the page',
      },
    ]);
  const { observePage } = await import('../../actions/observe/observe-page');
  const observation = await onPages(
    session,
    async (driver) => {
      const page = await openPage(driver, url);
      const observed = await observePage(page, driver.tabs, lastActionId(session));
      driver.snapshot = observed.snapshot;
      return encodeObservation(observed.observation);
    },
    countsAsUse(exchange.query),
  );
  const { screenshot, space, ...rest } = observation;
  const {
    elements: _elements,
    actions: _actions,
    browser_actions: _browserActions,
    markdown: _markdown,
    ...told
  } = space;
  session.trajectory.add({
    type: 'observation',
    value: { ...rest, screenshot: { ...screenshot, raw: '', bboxes: [] }, space: told },
  }); // a status answer holds many steps
  exchange.json(observation);
}

async function scrape(session: LiveSession, { body, query, json }: Exchange): Promise<void> {
  json(
    encodeScrapedData(
      await scrapeIn(session, decodeScrapeRequest(await body()), countsAsUse(query)),
    ),
  );
}

/** Scrapes the session's current page; `isUse` tells whether that counts as using the session. */
export async function scrapeIn(
  session: LiveSession,
  request: ScrapeRequest,
  isUse = true,
): Promise<ScrapedData> {
  const { scrapePage } = await import('../../actions/scrape/scrape-page');
  return onPages(
    session,
    async (driver) => scrapePage(await openPage(driver, request.url), request),
    isUse,
  );
}

/** Refuses what no browser need be started for. */
export async function checkAddress(url: string): Promise<void> {
  const [{ urlOf }, { firstLine }] = await Promise.all([
    import('../../actions/open-url'),
    import('../../actions/errors'),
  ]);
  try {
    urlOf(url);
  } catch (error) {
    throw cannotOpen(firstLine(error));
  }
}

async function openPage(driver: PageDriver, url: string | undefined): Promise<Page> {
  const page = await driver.page();
  if (url === undefined) return page;
  const [{ openUrl }, { firstLine }] = await Promise.all([
    import('../../actions/open-url'),
    import('../../actions/errors'),
  ]);
  try {
    await openUrl(page, url);
  } catch (error) {
    throw cannotOpen(firstLine(error));
  }
  return page;
}

function cannotOpen(message: string): Error {
  return refused('Could not open the page', [{ path: 'url', message }]);
}

/** Id of the element that the latest action was done to. */
function lastActionId({ trajectory }: LiveSession): string | null {
  const value = trajectory.steps.findLast(({ type }) => type === 'execution_result')?.value as
    { action?: { id?: unknown } } | undefined;
  const id = value?.action?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}
