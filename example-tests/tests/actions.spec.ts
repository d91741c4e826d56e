/** The session acts too: `session.execute` works on the same tab as `page`, and what one does the other sees at once. */
import { test, expect } from 'sessionwright';

test('the session drives, the test looks', async ({ page, session, baseURL }) => {
  await session.execute({ type: 'goto', url: `${baseURL}/books/walden` });
  await session.execute({ type: 'click', selector: 'text=Add to cart' });
  await expect(page.getByLabel('Books in the cart')).toHaveText('1');

  // Frames and tabs are followed, and a form is filled by what its fields mean.
  await page.goto('/checkout');
  await session.execute({
    type: 'form_fill',
    value: { fullName: 'Grace', address1: '7 Harbour Lane' },
  });
  await session.execute({ type: 'check', selector: 'input[name="gift"]', value: true });
  await expect(page.getByLabel('Wrap it as a gift')).toBeChecked();
});

test('what cannot be done is a result, not an exception', async ({ page, session }) => {
  await page.goto('/');
  const result = await session.execute({ type: 'click', selector: '#not-there', timeout: 500 });

  expect(result.success).toBe(false);
  expect(result.message).toContain('#not-there');
});
