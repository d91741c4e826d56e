/** Handlers that read a session's current page: what can be done on it, and what it says. An observation becomes a step of its trajectory. */
import type { Page } from 'playwright-core';
import * as z from 'zod';
import type { PageDriver } from '../../actions/page-driver';
import { observationSchema, type Observation } from '../../contract/observation';
import type { encodeSpace } from '../../contract/observed-space';
import type { ScrapedData, ScrapeRequest } from '../../contract/scrape';
import { refused } from '../../contract/refusals';
import type { LiveSession } from '../sessions/session';
import { onPages } from '../sessions/session-call';
import type { Handler, Handlers } from './bind';

/** Observe and scrape. */
export function observeHandlers(): Handlers<'observePage' | 'scrapePage'> {
  return {
    observePage: observe,
    scrapePage: async ({ session, body, query }) => scrapeIn(session, body, query.updateMetadata),
  };
}

/** `deep` is answered like `fast`; instructions are refused, because whoever gave them takes the answer for a choice. */
const observe: Handler<'observePage'> = async ({ session, body, query }) => {
  const { url, instructions } = body;
  if (instructions !== undefined)
    throw refused('Could not observe the page', [
      {
        path: 'instructions',
        message:
          'this needs a language model, and this server has none; leave it out and choose from all actions of the page',
      },
    ]);
  const { observePage, MAX_ANSWER_BYTES } = await import('../../actions/observe/observe-page');
  const observation = await onPages(
    session,
    async (driver) => {
      const page = await openPage(driver, url);
      const observed = await driver.withAnswersUpTo(MAX_ANSWER_BYTES, () =>
        observePage(page, driver.tabs, lastActionId(session)),
      );
      driver.snapshot = observed.snapshot;
      return observed.observation;
    },
    query.updateMetadata,
  );
  session.trajectory.add({ type: 'observation', value: asStep(observation) });
  return observation;
};

/** Without what makes it large: a status answer holds many steps. */
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
    ...told
  } = space as unknown as ReturnType<typeof encodeSpace>;
  return { ...rest, screenshot: { ...screenshot, bboxes: [] }, space: told };
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
    async (driver) => scrapePage(await openPage(driver, request.url), request, driver.runJob),
    isUse,
  );
}

/**
 * Refuses what no browser need be started for.
 * @throws {@link ApiError} for an address that cannot be opened
 */
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
  if (url === undefined) return driver.page();
  const [{ openInTab }, { firstLine }] = await Promise.all([
    import('../../actions/open-url'),
    import('../../actions/errors'),
  ]);
  try {
    return (await openInTab(driver, url)).page;
  } catch (error) {
    throw cannotOpen(firstLine(error));
  }
}

function cannotOpen(message: string): Error {
  return refused('Could not open the page', [{ path: 'url', message }]);
}

/** Id of the element that the latest action was done to. */
function lastActionId({ trajectory }: LiveSession): string | null {
  const value = trajectory.last('execution_result')?.value as
    { action?: { id?: unknown } } | undefined;
  const id = value?.action?.id;
  return typeof id === 'string' && id !== '' ? id : null;
}
