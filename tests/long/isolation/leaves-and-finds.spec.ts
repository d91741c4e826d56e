/** Each test that leaves something behind is followed by the one that finds nothing of it. */
import { leaks } from './leaks/index';
import { declare } from './declare';
import type { Page } from '@playwright/test';
import { expect, keepsState, test } from './side';

for (const leak of leaks) {
  declare(`leaves ${leak.title}`, leak, leak.leaves);
  declare(`finds nothing of ${leak.title}`, leak, leak.finds);
}

/** No browser forgets what these let in, so the next test has another session. */
test.describe('what an option of an earlier test let in', () => {
  test.skip(keepsState, 'is kept');
  const privateStatus = async (page: Page): Promise<number> => {
    await page.goto('/');
    return page.evaluate(async () => (await fetch('/private')).status);
  };
  const openSecure = async (page: Page): Promise<unknown> => {
    await page.goto('/');
    const url = await page.evaluate(async () => (await fetch('/secure')).text());
    test.skip(url === '', 'there is no openssl here');
    return page.goto(url);
  };
  for (const round of [1, 2])
    test.describe(`credentials, round ${round}`, () => {
      test.use({ httpCredentials: { username: 'alice', password: 'secret' } });
      test('are accepted', async ({ page }) => expect(await privateStatus(page)).toBe(200));
    });
  test.describe('other credentials', () => {
    test.use({ contextOptions: { httpCredentials: { username: 'bob', password: 'other' } } });
    test('are the ones that are sent', async ({ page }) => {
      await page.goto('/');
      const sent = await page.evaluate(async () => (await fetch('/private')).text());
      expect(Buffer.from(sent.replace('Basic ', ''), 'base64').toString()).toBe('bob:other');
    });
  });
  test('is no login of the next one', async ({ page }) => {
    expect(await privateStatus(page)).toBe(401);
  });
  test.describe('a certificate', () => {
    test.use({ ignoreHTTPSErrors: true });
    test('is let pass', async ({ page }) => expect(await openSecure(page)).toBeTruthy());
  });
  test('is no connection of the next one', async ({ page }) => {
    await expect(openSecure(page)).rejects.toThrow('ERR_CERT');
  });
});

test.describe('an option of an earlier test', () => {
  test.describe('is set', () => {
    test.use({ actionTimeout: 50, navigationTimeout: 60 });
    test('applies to this test', async ({ page }) => {
      await expect(page.goto('/slow')).rejects.toThrow('Timeout 60ms');
      await expect(page.locator('button').click()).rejects.toThrow('Timeout 50ms exceeded');
    });
  });
  test('does not to this one', async ({ page }) => {
    await page.goto('/slow');
    await page.goto('/late');
    await page.locator('button').click();
  });
});
