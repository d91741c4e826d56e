/** Routes that read a session's current page: what can be done on it, and what it says. An observation becomes a step of its trajectory. */
import type { Page } from 'playwright-core';
import type { PageDriver } from '../../actions/page-driver';
import { describeIssues } from '../../contract/issues';
import { encodeObservation, observeRequestSchema } from '../../contract/observation';
import { decodeScrapeRequest, encodeScrapedData, type ScrapedData, type ScrapeRequest } from '../../contract/scrape';
import { refused } from '../errors';
import type { Exchange, Route } from '../http-router';
import type { SessionRegistry } from '../registry';
import type { LiveSession } from '../session';
import { onPages } from '../session-call';
import { runningIn } from './running';

/** Observe and scrape. */
export function observeRoutes(registry: SessionRegistry): Route[] {
  const running = runningIn(registry);
  return [
    { method: 'POST', path: '/sessions/:id/page/observe', handle: (exchange) => observe(running(exchange), exchange) },
    { method: 'POST', path: '/sessions/:id/page/scrape', handle: (exchange) => scrape(running(exchange), exchange) },
  ];
}

/** `deep` is answered like `fast`; instructions are refused, because whoever gave them takes the answer for a choice. */
async function observe(session: LiveSession, { body, json }: Exchange): Promise<void> {
  const parsed = observeRequestSchema.safeParse(await body(), { reportInput: true });
  if (!parsed.success) throw refused('Invalid observe request', describeIssues(parsed.error.issues, Object.keys(observeRequestSchema.shape)));
  const { url, instructions } = parsed.data;
  if (instructions !== undefined) throw refused('Could not observe the page', [{ path: 'instructions', message: 'this needs a language model, and this server has none; leave it out and choose from all actions of the page' }]);
  const { observePage } = await import('../../actions/observe/observe-page');
  const observation = await onPages(session, async (driver) => {
    const page = await openPage(driver, url);
    const observed = await observePage(page, driver.tabs, lastActionId(session));
    driver.snapshot = observed.snapshot;
    return encodeObservation(observed.observation);
  });
  const { screenshot, space, ...rest } = observation;
  const { elements: _elements, ...told } = space;
  session.trajectory.add({ type: 'observation', value: { ...rest, screenshot: { ...screenshot, raw: '', bboxes: [] }, space: told } }); // every status answer holds all steps
  json(observation);
}

async function scrape(session: LiveSession, { body, json }: Exchange): Promise<void> {
  json(encodeScrapedData(await scrapeIn(session, decodeScrapeRequest(await body()))));
}

/** Scrapes the session's current page. */
export async function scrapeIn(session: LiveSession, request: ScrapeRequest): Promise<ScrapedData> {
  const { scrapePage } = await import('../../actions/scrape/scrape-page');
  return onPages(session, async (driver) => scrapePage(await openPage(driver, request.url), request));
}

/** Refuses what no browser need be started for. */
export async function checkAddress(url: string): Promise<void> {
  const { urlOf } = await import('../../actions/open-url');
  try {
    urlOf(url);
  } catch (error) {
    throw cannotOpen(error);
  }
}

async function openPage(driver: PageDriver, url: string | undefined): Promise<Page> {
  const page = await driver.page();
  if (url === undefined) return page;
  const { openUrl } = await import('../../actions/open-url');
  try {
    await openUrl(page, url);
  } catch (error) {
    throw cannotOpen(error);
  }
  return page;
}

function cannotOpen(error: unknown): Error {
  return refused('Could not open the page', [{ path: 'url', message: (error as Error).message.split('\n')[0] ?? 'it cannot be opened' }]);
}

/** Id of the element that the latest action was done to. */
function lastActionId({ trajectory }: LiveSession): string | null {
  const value = trajectory.steps.findLast(({ type }) => type === 'execution_result')?.value as { action?: { id?: unknown } } | undefined;
  const id = value?.action?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}
