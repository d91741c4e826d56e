/** The content of a page as markdown: for checks of what readers read, without a word about markup. */
import { test, expect } from 'sessionwright';

test('the text of a book page', async ({ page, session }) => {
  await page.goto('/books/moonstone');

  const { markdown } = await session.scrape({ selector: 'article.book', scrapeLinks: false });
  expect(markdown).toContain('# The Moonstone');
  expect(markdown).toContain('Wilkie Collins');
});

test('the pictures of the shop', async ({ page, session }) => {
  await page.goto('/books/walden');

  const { images } = await session.scrape({ onlyImages: true });
  expect(images?.map(({ description }) => description)).toContain('Cover of Walden');
});
