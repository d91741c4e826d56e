/** Your first test. Only the import differs from plain Playwright: the browser is a remote session now. */
import { test, expect } from 'sessionwright';

test('a reader finds a book and puts it in the cart', async ({ page }) => {
  await page.goto('/');
  await page.getByLabel('Search').fill('moon');

  const books = page.getByRole('list', { name: 'Books' }).getByRole('listitem');
  await expect(books).toHaveCount(1);

  await books.getByRole('button', { name: 'Add' }).click();
  await expect(page.getByLabel('Books in the cart')).toHaveText('1');
});
