/** The same sessions outside of tests: scripts/list-titles.ts uses the client by itself, and this test compares what it found. */
import { test, expect } from 'sessionwright';
import { listTitles } from '../scripts/list-titles';

test('a script sees what a reader sees', async ({ page, baseURL }) => {
  const titles = await listTitles(baseURL ?? '');

  await page.goto('/');
  await expect(page.getByRole('list', { name: 'Books' }).getByRole('heading')).toHaveText(titles);
});
