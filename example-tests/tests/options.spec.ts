/** Options: Playwright's own shape a test's context, ours shape the session. All of them: docs/options.md. */
import { test, expect } from 'sessionwright';

test.use({
  // How the session is started. It belongs to a worker, so it stands at the top of a file, or in the config, never in `describe`.
  sessionOptions: { userAgent: 'PaperLanternKiosk/1.0', idleTimeout: 300_000 },

  // Playwright's own, as ever.
  viewport: { width: 900, height: 640 },
  colorScheme: 'dark',
});

test('the session is what was asked for', async ({ page, session }) => {
  await page.goto('/');
  expect(await page.evaluate(() => navigator.userAgent)).toBe('PaperLanternKiosk/1.0');
  expect((await session.status()).idleTimeout).toBe(300_000);
});

test('so is the context', async ({ page }) => {
  await page.goto('/');
  expect(page.viewportSize()).toEqual({ width: 900, height: 640 });
  expect(await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)).toBe(true);
});
