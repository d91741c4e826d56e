/** Sessions without the test runner: a script that starts a browser, looks at a page and leaves nothing behind. */
import { SessionsClient } from 'sessionwright/client';
import { startSessionServer } from 'sessionwright/server';

/** The titles that the shop at this URL has in its window. */
export async function listTitles(shopUrl: string): Promise<string[]> {
  // Your own session server, on this machine. With NOTTE_API_KEY set, `new SessionsClient()` needs none: it asks the cloud.
  const server = await startSessionServer();
  try {
    await using client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
    await using session = await client.start();

    const page = await session.page();
    await page.goto(shopUrl);
    await page.locator('#books[aria-busy=false]').waitFor();
    return await page.getByRole('list', { name: 'Books' }).getByRole('heading').allTextContents();
  } finally {
    await server.close();
  }
}
