/** The tests that both sides run, word for word: small ones, as most tests of a real suite are. */
import type { expect as playwrightExpect, Page } from '@playwright/test';

/** What a side brings: its `test` and its `expect`. */
export interface Side {
  test: (title: string, body: (fixtures: { page: Page }) => Promise<void>) => void;
  expect: typeof playwrightExpect;
}

const NAMES = ['Ada', 'Grace', 'Linus', 'Barbara', 'Edsger'] as const;

/** Declares 8 tests for each of 5 names: 40. */
export function declareSmallTests({ test, expect }: Side): void {
  for (const [index, name] of NAMES.entries()) {
    test(`${name} sees the start page`, async ({ page }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Workshop');
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Workshop');
    });

    test(`${name} fills the form`, async ({ page }) => {
      await page.goto('/');
      await page.getByLabel('First name').fill(name);
      await page.getByLabel('Last name').fill('Example');
      await page.getByRole('button', { name: 'Send' }).click();
      await expect(page.locator('output')).toContainText(`Hello, ${name} Example`);
    });

    test(`${name} chooses a country and the news`, async ({ page }) => {
      await page.goto('/');
      await page.getByLabel('Country').selectOption('Kenya');
      await page.getByLabel('News').check();
      await page.getByRole('button', { name: 'Send' }).click();
      await expect(page.locator('output')).toContainText('(news), Kenya');
    });

    test(`${name} sees the catalogue`, async ({ page }) => {
      await page.goto('/catalogue');
      await expect(page.getByRole('listitem')).toHaveCount(24);
    });

    test(`${name} searches the catalogue`, async ({ page }) => {
      await page.goto('/catalogue');
      await page.getByLabel('Search').fill(`Product 1${index}`);
      await expect(page.getByRole('listitem')).toHaveCount(1);
      await expect(page.getByRole('listitem')).toContainText(`${14 + index} €`);
    });

    test(`${name} fills the cart`, async ({ page }) => {
      await page.goto('/catalogue');
      await page.getByRole('button', { name: `Add Product ${index + 1}`, exact: true }).click();
      await page.getByRole('button', { name: 'Add Product 24' }).click();
      await expect(page.locator('#count')).toHaveText('2');
      expect(await page.evaluate(() => localStorage.getItem('cart'))).toBe('2');
    });

    test(`${name} follows a link and comes back`, async ({ page }) => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Catalogue' }).click();
      await expect(page).toHaveURL(/catalogue$/);
      await page.goBack();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('Workshop');
    });

    test(`${name} starts with an empty cart`, async ({ page }) => {
      await page.goto('/catalogue');
      expect(await page.evaluate(() => localStorage.getItem('cart'))).toBeNull();
      await expect(page.locator('#count')).toHaveText('0');
    });
  }
}

/** Declares 20 tests of which every second fails, at once and not by a time limit. */
export function declareFailingSuite({ test, expect }: Side): void {
  for (let index = 1; index <= 20; index += 1) {
    test(`test ${index} of the failing suite`, async ({ page }) => {
      await page.goto('/');
      await page.getByLabel('First name').fill('Ada');
      await page.getByRole('button', { name: 'Send' }).click();
      const text = await page.locator('output').textContent();
      expect(text).toContain(index % 2 === 0 ? 'Grace' : 'Ada');
    });
  }
}

/** Declares 8 tests of four steps each: what counts far away are round trips. */
export function declareFarSuite({ test, expect }: Side): void {
  for (let index = 1; index <= 8; index += 1) {
    test(`test ${index} of the far suite`, async ({ page }) => {
      await page.goto('/');
      await page.getByLabel('First name').fill('Ada');
      await page.getByRole('button', { name: 'Send' }).click();
      await expect(page.locator('output')).toContainText('Hello, Ada');
    });
  }
}
