/** The script of the process for heavy work (`src/work`): the code of all jobs. */
import { serveJobs } from '../work/serve-jobs';

serveJobs(
  {
    markdown: async (input) => {
      const { convertPage } = await import('../actions/scrape/convert-page');
      return convertPage(input);
    },
    events: async (input) => {
      const { readEvents } = await import('./viewer/read-events');
      return readEvents(input);
    },
  },
  new URL(import.meta.url),
);
