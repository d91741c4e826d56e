/** The session itself: the browser that this worker holds, wherever it runs. */
import { test, expect } from 'sessionwright';

test('a session tells how it is', async ({ page, session }) => {
  await page.goto('/');

  const { status, browserType, createdAt } = await session.status();
  expect(status).toBe('active');
  expect(browserType).toBe('chromium');
  expect(createdAt.getTime()).toBeLessThan(Date.now());
});

test('a session can be watched, and driven by other tools', async ({ page, session }, testInfo) => {
  await page.goto('/books/moonstone');

  // Open it in a browser of your own, and see the test happen. The report links to it as well.
  testInfo.annotations.push({ type: 'watched at', description: session.viewerUrl ?? 'nowhere' });

  // Puppeteer, a script, a second Playwright: whatever speaks the DevTools protocol can connect here, while the test runs.
  expect(session.cdpUrl).toMatch(/^wss?:/);
});
