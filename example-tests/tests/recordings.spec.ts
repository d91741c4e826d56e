/**
 * Recordings: every test has a clip of exactly itself in the report, named "video". Which ones are kept is said as in Playwright:
 * 'on' (the default), 'off', 'retain-on-failure', 'on-first-retry', ... A suite that sets Playwright's `video` is heard, too.
 */
import { test, expect } from 'sessionwright';

test.use({ recording: { mode: 'on', size: { width: 960, height: 540 }, fps: 15 } });

test('a clip shows what was in front, a second window too', async ({ page }) => {
  await page.goto('/books/time-machine');

  const popup = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'Read the opening' }).click();
  const opening = await popup;
  await expect(opening.getByText('The Time Traveller')).toBeVisible();
  await opening.close();

  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByRole('button', { name: 'In the cart' })).toBeVisible();
});
