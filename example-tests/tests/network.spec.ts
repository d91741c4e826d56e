/** The requests of all the session's pages. A worker's session serves many tests, so each test asks for its own period. */
import { test, expect } from 'sessionwright';

test('a search asks the shop once', async ({ page, session, baseURL }) => {
  const since = new Date();
  await page.goto('/');
  const answered = page.waitForResponse(/api\/books\?.*moon/);
  await page.getByLabel('Search').fill('moon');
  await answered;

  const searches = async () => {
    const { entries } = await session.networkLogs({ since });
    return entries.filter(
      ({ request }) =>
        request.url.startsWith(`${baseURL}/api/books`) && request.url.includes('moon'),
    );
  };
  await expect.poll(searches).toHaveLength(1);
  expect((await searches())[0]?.response.status).toBe(200);
});
