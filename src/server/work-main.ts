/** The script of the process for heavy work (`src/work`): the code of all jobs. */
import { serveJobs } from '../work/serve-jobs';

serveJobs(
  {
    markdown: async (input) => {
      const { convertPage } = await import('../actions/scrape/convert-page');
      return convertPage(input);
    },
  },
  new URL(import.meta.url),
);
