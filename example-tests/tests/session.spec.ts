/** The session itself: the browser that this worker holds, wherever it runs. */
import { test, expect } from 'sessionwright';

test('a session reports its status', async ({ page, session }) => {
  await page.goto('/');

  const { status, channel, createdAt } = await session.status();
  expect(status).toBe('active');
  expect(channel).toBe('chromium');
  expect(createdAt.getTime()).toBeLessThan(Date.now());
});

test('a session can be watched, and driven by other tools', async ({ page, session }) => {
  await page.goto('/books/moonstone');

  // A web page that shows the browser live. The report has it too, as a link on every test.
  expect(session.viewerUrl).toMatch(/^https?:/);

  // Puppeteer, a script, a second Playwright: whatever speaks the DevTools protocol can connect here. Like a password, it stays out of logs.
  expect(session.cdpUrl).toMatch(/^wss?:/);
});
