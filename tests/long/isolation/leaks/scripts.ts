/** What a test puts into its pages, and how it finds things in them. */
import type { Leak } from './leak';

/** How often a handler that was left has run: it survives from test to test in one worker. */
let handled = 0;

export const scriptLeaks: Leak[] = [
  {
    title: 'scripts for each page',
    covers: ['BrowserContext.addInitScript', 'Page.addInitScript'],
    leaves: async ({ page, context }) => {
      await context.addInitScript(() => Object.assign(globalThis, { left: 1 }));
      await page.addInitScript(() => Object.assign(globalThis, { left: 2 }));
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await page.evaluate(() => 'left' in globalThis)).toBe(false);
    },
  },
  {
    title: 'functions for pages to call',
    covers: ['exposeFunction', 'exposeBinding'].flatMap((it) => [
      `BrowserContext.${it}`,
      `Page.${it}`,
    ]),
    leaves: async ({ page, context }) => {
      await context.exposeFunction('ofContext', () => 1);
      await context.exposeBinding('boundToContext', () => 1);
      await page.exposeFunction('ofPage', () => 1);
      await page.exposeBinding('boundToPage', () => 1);
    },
    finds: async ({ page, context, expect }) => {
      await page.goto('/');
      const names = ['ofContext', 'boundToContext', 'ofPage', 'boundToPage'];
      expect(await page.evaluate((all) => all.filter((name) => name in globalThis), names)).toEqual(
        [],
      );
      for (const name of names) await context.exposeFunction(name, () => 2);
      expect(
        await page.evaluate(async () =>
          (globalThis as unknown as { ofPage: () => Promise<number> }).ofPage(),
        ),
      ).toBe(2);
    },
  },
  {
    title: 'handlers of locators',
    covers: ['Page.addLocatorHandler', 'Page.removeLocatorHandler'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.addLocatorHandler(
        page.getByText('Site'),
        async () => {
          handled += 1;
        },
        {
          noWaitAfter: true,
        },
      );
    },
    finds: async ({ page, expect }) => {
      handled = 0;
      await page.goto('/');
      await page.getByText('Press').click();
      expect(handled).toBe(0);
    },
  },
  {
    title: 'highlights, and a locator that is to be picked',
    covers: ['Page.pickLocator', 'Page.cancelPickLocator', 'Page.hideHighlight'],
    leaves: async ({ page }) => {
      await page.goto('/');
      page.pickLocator().catch(() => undefined);
      await page.getByText('Press').hover();
      await page.locator('x-pw-glass').waitFor({ state: 'attached' });
      await page.getByText('Press').highlight();
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await page.evaluate(() =>
        document.body.addEventListener('click', () => (document.title = 'Pressed')),
      );
      await page.getByText('Press').click();
      await expect(page).toHaveTitle('Pressed');
    },
  },
  {
    title: 'what selectors are made of',
    covers: [],
    leaves: async ({ page, playwright, expect }) => {
      playwright.selectors.setTestIdAttribute('data-left');
      await playwright.selectors
        .register('last', () => ({
          query: (root: Element) => root.lastElementChild,
          queryAll: (root: Element) => Array.from(root.children).slice(-1),
        }))
        .catch(() => undefined); // an earlier test has: engines are the worker's
      await page.setContent('<b data-left="it">It</b>');
      await expect(page.getByTestId('it')).toBeVisible();
    },
    finds: async ({ page, expect }) => {
      await page.setContent('<b data-testid="it">It</b>');
      await expect(page.getByTestId('it')).toBeVisible();
      expect(await page.locator('body').locator('last=').textContent()).toBe('It');
    },
  },
];
