/** Forms and files: what a test uploads and downloads passes between your machine and the session's browser. */
import { readFile } from 'node:fs/promises';
import { test, expect } from 'sessionwright';

/** The shop's own lantern will do for a bookplate. */
const PICTURE = `${import.meta.dirname}/../app/public/lantern.svg`;

test('a reader orders a book, with a picture of her own in it', async ({ page }) => {
  await page.goto('/books/walden');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByLabel('Books in the cart')).toHaveText('1');

  await page.goto('/checkout');
  await page.getByLabel('Name', { exact: true }).fill('Grace');
  await page.getByLabel('Address').fill('7 Harbour Lane');
  await page.getByLabel('Delivery').selectOption('By bicycle');
  await page.getByLabel('Wrap it as a gift').check();
  await page.getByLabel('Picture for your bookplate').setInputFiles(PICTURE);
  await page.getByRole('button', { name: 'Place the order' }).click();

  await expect(
    page.getByText('By bicycle, to 7 Harbour Lane, wrapped as a gift. € 10.90.'),
  ).toBeVisible();
  await expect(page.getByAltText('Your bookplate')).toBeVisible();
});

test('a sample chapter arrives on this machine', async ({ page }) => {
  await page.goto('/books/emma');

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download a sample' }).click();
  const sample = await readFile(await (await download).path(), 'utf8');

  expect(sample).toContain('handsome, clever, and rich');
});
