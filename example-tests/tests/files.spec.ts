/** Files of a remote session: uploads wait where its browser is, downloads stay after its end. */
import { readFile } from 'node:fs/promises';
import { test, expect } from 'sessionwright';

test('a picture goes up, a receipt comes down', async ({ page, session }, testInfo) => {
  await session.files.upload({
    name: 'plate.svg',
    content:
      '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18"/></svg>',
  });

  await page.goto('/books/walden');
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await expect(page.getByLabel('Books in the cart')).toHaveText('1');
  await page.goto('/checkout');
  await session.execute({
    type: 'form_fill',
    value: { fullName: 'Grace', address1: '7 Harbour Lane' },
  });
  await session.execute({
    type: 'upload_file',
    selector: 'input[name="bookplate"]',
    filePath: 'plate.svg',
  });
  await session.execute({ type: 'click', selector: 'text=Place the order' });
  await expect(page.getByAltText('Your bookplate')).toBeVisible();

  await session.execute({ type: 'download_file', selector: 'text=Download the receipt' });
  const downloads = await session.files.downloads(); // of the whole session: earlier tests have some too
  const [receipt, ...others] = downloads.filter(({ name }) => name.includes('receipt'));
  expect(others).toEqual([]);
  const path = await session.files.download(
    receipt?.name ?? '',
    testInfo.outputPath('receipt.txt'),
  );
  expect(await readFile(path, 'utf8')).toContain('€ 10.90, with thanks');
});
