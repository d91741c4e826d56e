/** Two people in one test: each has a session, which is a browser of their own on a machine of their own. */
import { test, expect } from 'sessionwright';

test('a reader asks, a bookseller answers', async ({ page, session, baseURL }) => {
  // `await using` stops the second session at the end of the test, also when the test fails.
  await using other = await session.client.start();
  const desk = await other.page();

  await desk.goto(`${baseURL}/sign-in`);
  await desk.getByLabel('Name').fill('Robin');
  await desk.getByLabel('Password').fill('shelves');
  await desk.getByRole('button', { name: 'Sign in' }).click();
  await desk.getByRole('link', { name: 'Desk' }).click();

  await page.goto('/books/moonstone');
  await page.getByLabel('Your question').fill('Who took the diamond?');
  await page.getByRole('button', { name: 'Ask' }).click();

  const question = desk.getByRole('listitem').filter({ hasText: 'Who took the diamond?' });
  await question.getByLabel('Answer').fill('Not the one you think.');
  await question.getByRole('button', { name: 'Send' }).click();

  await expect(page.getByText('Robin: Not the one you think.')).toBeVisible();
});
