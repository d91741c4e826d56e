/** Handler that scrapes an address without a session of the caller's: one is started for it, and stopped. */
import { leavingOf } from '../http/leaving';
import type { SessionRegistry } from '../sessions/registry';
import type { Handlers } from './bind';
import { checkAddress, scrapeIn } from './observe';

/** The one call. */
export function scrapeUrlHandlers(registry: SessionRegistry): Handlers<'scrapeUrl'> {
  return {
    scrapeUrl: async ({ body: { start, scrape }, account, response }) => {
      await checkAddress(scrape.url);
      const started = await registry.start(start, {
        account,
        leaving: leavingOf(response),
      });
      try {
        return await scrapeIn(started.ensureActive(), scrape);
      } finally {
        await started.end({ status: 'closed', reason: null });
      }
    },
  };
}
