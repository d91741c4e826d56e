/** What a run page has to tell of: tests that pass, that fail, that fail once, that are skipped, and one that loses its browser. */
import { test, expect, type Page } from 'sessionwright';

/** How long a test waits for what never happens, in milliseconds. */
const NEVER_MS = 3_000;

test.describe('Catalogue', () => {
  for (const [words, title] of [
    ['moon', 'The Moonstone'],
    ['austen', 'Emma'],
    ['walden', 'Walden'],
  ] as const)
    test(`finds "${title}" by "${words}"`, async ({ page }) => {
      await page.goto('/');
      await page.getByLabel('Search').fill(words);
      await expect(books(page)).toHaveCount(1);
      await expect(books(page)).toContainText(title);
    });

  test('shows only mysteries', async ({ page }) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Mystery' }).click();
    await expect(books(page)).toHaveCount(2);
  });

  test('opens a book in a small window', async ({ page }) => {
    await page.goto('/books/moonstone');
    const opening = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Read the opening' }).click();
    await expect((await opening).getByText('Robinson Crusoe')).toBeVisible();
  });
});

test.describe('Cart', () => {
  test('counts what is put into it', async ({ page }) => {
    await page.goto('/');
    for (const title of ['Emma', 'Walden'])
      await page.getByRole('button', { name: `Add ${title} to the cart` }).click();
    await expect(inCart(page)).toHaveText('2');
  });

  test('takes a book while the warehouse is slow', async ({ page }, { retry }) => {
    if (retry === 0) await closeWarehouse(page);
    await page.goto('/books/walden');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(inCart(page)).toHaveText('1', { timeout: NEVER_MS });
  });

  test('keeps its books when the browser goes away', async ({ page, browser }, { retry }) => {
    await page.goto('/books/emma');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(inCart(page)).toHaveText('1');
    if (retry === 0) await (await browser.newBrowserCDPSession()).send('Browser.crash');
    await page.goto('/cart');
    await expect(page.getByRole('table', { name: 'Cart' })).toContainText('Emma');
  });

  test('adds up two copies of a book', async ({ page }) => {
    await page.goto('/books/emma');
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await expect(inCart(page)).toHaveText('1');
    await page.goto('/cart');
    await page.getByLabel('Copies').fill('2');
    await page.getByLabel('Copies').press('Tab');
    await expect(page.getByRole('table', { name: 'Cart' })).toContainText('€ 23.00');
  });
});

test.describe('Checkout', () => {
  test('a reader orders a book as a gift', async ({ page }) => {
    await test.step('choose a book', async () => {
      await page.goto('/books/walden');
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await expect(inCart(page)).toHaveText('1');
    });
    await test.step('say where it goes', async () => {
      await page.goto('/checkout');
      await page.getByLabel('Name', { exact: true }).fill('Grace');
      await page.getByLabel('Address').fill('7 Harbour Lane');
      await page.getByLabel('Wrap it as a gift').check();
      await page.getByRole('button', { name: 'Place the order' }).click();
    });
    await expect(page.getByText('wrapped as a gift')).toBeVisible();
  });

  test('a reader who comes from a friend’s letter, and has never been here before, sees what it costs to send a book abroad', async ({
    page,
  }) => {
    await page.goto('/books/voyage-out');
    await expect(page.getByText('€ 13.50')).toBeVisible();
  });

  test('a book that has just been sold is not sold again', async ({ page }) => {
    await test.step('find the last copy', async () => {
      await page.goto('/');
      await page.getByLabel('Search').fill('time machine');
      await expect(books(page)).toHaveCount(1);
      await page.getByRole('link', { name: 'The Time Machine' }).click();
    });
    await test.step('put it into the cart', async () => {
      await closeWarehouse(page);
      await page.getByRole('button', { name: 'Add to cart' }).click();
      await expect(inCart(page)).toHaveText('1', { timeout: NEVER_MS });
    });
  });

  test.skip('a reader pays with a voucher', async ({ page }) => {
    await page.goto('/checkout');
  });
});

function books(page: Page) {
  return page.getByRole('list', { name: 'Books' }).getByRole('listitem');
}

function inCart(page: Page) {
  return page.getByLabel('Books in the cart');
}

/** The shop's own page does not know what to do about it, and says so on its console. */
async function closeWarehouse(page: Page): Promise<void> {
  await page.route('**/api/cart', async (route) =>
    route.fulfill({ status: 503, contentType: 'text/plain', body: 'The warehouse is closed.' }),
  );
}
