/** The action that scrapes the current page: like the scrape call, but by default only the main content. */
import type { ActionOf } from '../contract/actions';
import { done, type Outcome } from './outcome';
import type { PageDriver } from './page-driver';

/** Scrapes. Loads the code for it. */
export async function scrape(driver: PageDriver, action: ActionOf<'scrape'>): Promise<Outcome> {
  const { scrapePage } = await import('./scrape/scrape-page');
  const page = await driver.page();
  const order = {
    instructions: action.instructions ?? undefined,
    selector: action.selector ?? undefined,
    scrapeLinks: action.scrapeLinks ?? true,
    scrapeImages: action.scrapeImages ?? false,
    onlyImages: action.onlyImages ?? false,
    ignoredTags: [...(action.ignoredTags ?? [])],
    responseFormat: action.responseFormat ?? undefined,
    onlyMainContent: action.onlyMainContent ?? true,
    useLinkPlaceholders: false,
  };
  const data = await scrapePage(page, order, driver.runJob);
  return done(`Scraped ${page.url()}.`, data);
}
