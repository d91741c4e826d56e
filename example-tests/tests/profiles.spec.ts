/** A profile is browser state that outlives its session: sign in once, and start signed in from then on. */
import { test, expect } from 'sessionwright';

test.skip(
  process.env['SELENIUM_REMOTE_URL'] !== undefined,
  'A Selenium Grid keeps no profiles: docs/grid.md.',
);

test('a second session starts signed in', async ({ page, session, baseURL }) => {
  const { client } = session; // the client of the API that this run uses
  const { id } = await client.profiles.create({ name: 'Ada' });

  await using first = await client.start({ profile: { id, persist: true } });
  const ada = await first.page();
  await ada.goto(`${baseURL}/sign-in`);
  await ada.getByLabel('Name').fill('ada');
  await ada.getByLabel('Password').fill('reading');
  await ada.getByRole('button', { name: 'Sign in' }).click();
  await expect(ada.getByText('Hello, Ada')).toBeVisible();
  await first.stop(); // only now is its state in the profile

  await using second = await client.start({ profile: { id, persist: false } });
  const again = await second.page();
  await again.goto(`${baseURL}/`);
  await expect(again.getByText('Hello, Ada')).toBeVisible();

  // The worker's own session has no profile, and nobody is signed in.
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
});
