/** What separates one test from the next. All of these run on the same kind of session; only the context differs. */
import { test, expect, type Page } from 'sessionwright';

test.describe('a fresh context for each test, which is the default', () => {
  test('a cart is filled', async ({ page }) => fillCart(page));
  test('another test has a cart of its own', async ({ page }) => expectBooks(page, '0'));
});

test.describe("the session's own context, cleared after each test", () => {
  // For profiles, and for clouds that record only this context.
  test.describe.configure({ mode: 'serial' });
  test.use({ isolation: 'session' });

  test('a cart is filled', async ({ page }) => fillCart(page));
  test('and nothing of it is left', async ({ page }) => expectBooks(page, '0'));
});

test.describe("the session's own context, kept from test to test", () => {
  // One story in several tests. They are serial because they need the same worker and this order.
  test.describe.configure({ mode: 'serial' });
  test.use({ isolation: { mode: 'session', keepState: true } });

  test('a cart is filled', async ({ page }) => fillCart(page));
  test('and still is', async ({ page }) => expectBooks(page, '1'));
});

async function fillCart(page: Page) {
  await page.goto('/books/frankenstein');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByLabel('Books in the cart')).toHaveText('1');
}

async function expectBooks(page: Page, count: string) {
  await page.goto('/cart');
  await expect(page.getByLabel('Books in the cart')).toHaveText(count);
}
