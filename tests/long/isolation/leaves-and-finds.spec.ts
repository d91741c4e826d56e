/** Each test that leaves something behind is followed by the one that finds nothing of it. */
import { leaks } from './leaks/index';
import { declare } from './declare';
import { expect, test } from './side';

for (const leak of leaks) {
  declare(`leaves ${leak.title}`, leak, leak.leaves);
  declare(`finds nothing of ${leak.title}`, leak, leak.finds);
}

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
