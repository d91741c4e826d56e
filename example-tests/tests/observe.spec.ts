/** What is on the page, as a screen reader would tell it: roles, names, and ids to act on. */
import { test, expect } from 'sessionwright';

test('a page is observed, and an element of it is used', async ({ page, session }) => {
  await page.goto('/books/emma');

  const { title, elements } = await session.observe();
  expect(title).toContain('Emma');

  const add = elements.find(({ role, name }) => role === 'button' && name === 'Add to cart');
  await session.execute({ type: 'click', id: add?.id ?? '' }); // ids count until the next observation
  await expect(page.getByLabel('Books in the cart')).toHaveText('1');
});

test('every control has a name', async ({ page, session }) => {
  await page.goto('/sign-in');
  const { elements } = await session.observe();

  expect(elements.filter(({ name }) => name === '')).toEqual([]);
  expect(elements.map(({ name }) => name)).toContain('Password');
});
