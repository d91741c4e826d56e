/** A login that lasts: cookies are loaded from the file before each test and saved to it after, also for the next run. */
import { test, expect } from 'sessionwright';

test.use({
  cookieFile: 'results/ada.json', // parallel workers may share it: none loses a cookie
  saveCookies: 'on-success', // a test that failed half-way through must not leave its traces
});

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  if (await page.getByText('Hello, Ada').isVisible()) return; // signed in by an earlier test, or by an earlier run

  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('Password').fill('reading');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('/');
});

test('the shop knows the reader', async ({ page }) => {
  await expect(page.getByText('Hello, Ada')).toBeVisible();
});

test('on every page, in every test', async ({ page }) => {
  await page.goto('/books/emma');
  await expect(page.getByText('Hello, Ada')).toBeVisible();
});
