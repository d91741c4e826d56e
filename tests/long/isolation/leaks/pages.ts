/** Pages and contexts: how many there are, in which shape, and what they were doing. */
import type { Leak } from './leak';

export const pageLeaks: Leak[] = [
  {
    title: 'pages',
    covers: ['BrowserContext.newPage', 'BrowserContext.pages', 'Page.opener', 'Page.bringToFront'],
    leaves: async ({ page, context }) => {
      await (await context.newPage()).bringToFront();
      await page.goto('/');
      await Promise.all([
        page.waitForEvent('popup'),
        page.evaluate(() => void window.open('/popup', 'named')),
      ]);
    },
    finds: async ({ page, context, expect }) => {
      expect(context.pages()).toEqual([page]);
      await page.goto('/');
      expect(await page.evaluate(() => [document.visibilityState, document.hasFocus()])).toEqual([
        'visible',
        true,
      ]);
    },
  },
  {
    title: 'a page that is closed',
    covers: ['Page.close', 'Page.[Symbol.asyncDispose]', 'Page.isClosed'],
    leaves: async ({ page }) => page.close(),
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a context that is closed',
    covers: [
      'BrowserContext.close',
      'BrowserContext.[Symbol.asyncDispose]',
      'BrowserContext.isClosed',
    ],
    leaves: async ({ page, context }) => {
      await page.goto('/');
      await context.close();
    },
    finds: async ({ page, browser, context, expect }) => {
      expect(browser.contexts()).toEqual([context]);
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a page that has crashed',
    covers: [],
    leaves: async ({ page }) => {
      const crash = page.waitForEvent('crash');
      page.goto('chrome://crash').catch(() => undefined);
      await crash;
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a dialog that nobody answers',
    covers: [],
    isForOthers: true,
    leaves: async ({ page }) => {
      const asked = new Promise<void>((done) => page.on('dialog', () => done()));
      await page.goto('/');
      await page.evaluate(() => void setTimeout(() => alert('?')));
      await asked;
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a page that asks before it is left',
    covers: [],
    isForOthers: true,
    leaves: async ({ page }) => {
      const asked = new Promise<void>((done) => page.on('dialog', () => done()));
      await page.goto('/');
      await page.getByText('Press').click();
      await page.evaluate(() =>
        addEventListener('beforeunload', (event) => event.preventDefault()),
      );
      await page.close({ runBeforeUnload: true });
      await asked;
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a page that fills the screen',
    covers: [],
    isForOthers: true,
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.getByText('Press').click();
      await page.evaluate(() => document.documentElement.requestFullscreen());
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await page.evaluate(() => [document.fullscreenElement, innerWidth])).toEqual([
        null,
        1280,
      ]);
    },
  },
  {
    title: 'a history and a name of the window',
    covers: ['Page.goto', 'Page.goBack', 'Page.goForward'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.goto('/late');
      await page.evaluate(() => (window.name = 'left'));
    },
    finds: async ({ page, expect }) => {
      expect(page.url()).toBe('about:blank');
      await page.goto('/');
      expect(await page.evaluate(() => [history.length, window.name])).toEqual([2, '']);
    },
  },
  {
    title: 'keys and buttons that are held down',
    covers: ['Page.keyboard', 'Page.mouse', 'Page.touchscreen'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.keyboard.down('Shift');
      await page.mouse.move(200, 200);
      await page.mouse.down();
    },
    finds: async ({ page, expect }) => {
      await page.setContent('<input>');
      await page.locator('input').focus();
      await page.keyboard.press('a');
      await expect(page.locator('input')).toHaveValue('a');
      await page.evaluate(() =>
        addEventListener('mousemove', (event) => (document.title = `${event.buttons}`)),
      );
      await page.mouse.move(10, 10);
      await expect(page).toHaveTitle('0');
    },
  },
];
