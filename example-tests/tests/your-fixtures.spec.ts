/** Composing: sessionwright's `test` extends and merges like any other, so page objects and shared fixtures stay as they are. */
import { mergeTests, expect } from 'sessionwright';
import { test as pageErrorTest } from '../fixtures/page-errors';
import { test as shopTest } from '../fixtures/shop';

const test = mergeTests(shopTest, pageErrorTest);

test('a reader buys two mysteries', async ({ shop, page, pageErrors }) => {
  await shop.search('the moonstone');
  await shop.addToCart('The Moonstone');
  await shop.search('scarlet');
  await shop.addToCart('A Study in Scarlet');

  await expect(page.getByLabel('Books in the cart')).toHaveText('2');
  expect(pageErrors).toEqual([]);
});
