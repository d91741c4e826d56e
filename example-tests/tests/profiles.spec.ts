/** A profile is browser state that outlives its session: sign in once, and start signed in from then on. */
import { test, expect } from 'sessionwright';

test('a second session starts signed in', async ({ session, baseURL }) => {
  const { client } = session; // the client of whichever API this run uses
  const { id } = await client.profiles.create({ name: 'Ada' });

  await using first = await client.start({ profile: { id, persist: true } });
  const page = await first.page();
  await page.goto(`${baseURL}/sign-in`);
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill('reading');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Hello, Ada')).toBeVisible();
  await first.stop(); // only now is its state in the profile

  await using second = await client.start({ profile: { id, persist: false } });
  const again = await second.page();
  await again.goto(`${baseURL}/`);
  await expect(again.getByText('Hello, Ada')).toBeVisible();
});
