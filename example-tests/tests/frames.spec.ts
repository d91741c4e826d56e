/** Frames work as everywhere: here the reviews are a page of their own inside the book's page. */
import { test, expect } from 'sessionwright';

test('a reader rates a book', async ({ page }) => {
  await page.goto('/books/voyage-out');

  const reviews = page.frameLocator('iframe[title="Reviews"]');
  await reviews.getByRole('button', { name: '5 stars' }).click();

  await expect(reviews.getByRole('status')).toHaveText('Thank you for 5 stars.');
});
