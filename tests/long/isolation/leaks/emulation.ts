/** What a browser is told to be, and what its requests carry. */
import type { Page } from '@playwright/test';
import type { Leak } from './leak';

export const emulationLeaks: Leak[] = [
  {
    title: 'a place',
    covers: ['BrowserContext.setGeolocation'],
    leaves: async ({ context, page, expect }) => {
      await context.grantPermissions(['geolocation']);
      await context.setGeolocation({ latitude: 12, longitude: 34 });
      await page.goto('/');
      expect(await placeOf(page)).toBe(12);
    },
    finds: async ({ context, page, expect }) => {
      await context.grantPermissions(['geolocation']);
      await page.goto('/');
      expect(await placeOf(page)).not.toBe(12);
    },
  },
  {
    title: 'permissions',
    covers: ['BrowserContext.grantPermissions', 'BrowserContext.clearPermissions'],
    leaves: async ({ context, page, expect }) => {
      await context.grantPermissions(['geolocation', 'notifications']);
      await page.goto('/');
      expect(await permissionOf(page)).toBe('granted');
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await permissionOf(page)).not.toBe('granted');
    },
  },
  {
    title: 'being offline',
    covers: ['BrowserContext.setOffline'],
    leaves: async ({ context }) => context.setOffline(true),
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await page.evaluate(() => navigator.onLine)).toBe(true);
    },
  },
  {
    title: 'headers of requests',
    covers: ['BrowserContext.setExtraHTTPHeaders', 'Page.setExtraHTTPHeaders'],
    leaves: async ({ context, page }) => {
      await context.setExtraHTTPHeaders({ 'x-context': '1' });
      await page.setExtraHTTPHeaders({ 'x-page': '1' });
      await page.goto('/');
    },
    finds: async ({ page, expect }) => {
      const headers = (await (await page.goto('/headers'))?.json()) as object;
      expect(Object.keys(headers).filter((it) => it.startsWith('x-'))).toEqual([]);
    },
  },
  {
    title: 'HTTP credentials',
    covers: ['BrowserContext.setHTTPCredentials'],
    leaves: async ({ context, page }) => {
      await context.setHTTPCredentials({ username: 'a', password: 'b' });
      await page.goto('/');
    },
    finds: async ({ page, expect }) => {
      // Some Chromium fails the navigation where others show the page of the 401.
      const answer = await page.goto('/private').catch(() => null);
      expect(answer?.status()).not.toBe(200);
    },
  },
  {
    title: 'media, a size',
    covers: ['Page.emulateMedia', 'Page.setViewportSize', 'Page.viewportSize'],
    leaves: async ({ page }) => {
      await page.emulateMedia({
        colorScheme: 'dark',
        media: 'print',
        reducedMotion: 'reduce',
        forcedColors: 'active',
        contrast: 'more',
      });
      await page.setViewportSize({ width: 333, height: 222 });
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(page.viewportSize()).toEqual({ width: 1280, height: 720 });
      expect(
        await page.evaluate(() => [
          innerWidth,
          innerHeight,
          ...[
            '(prefers-color-scheme: dark)',
            'print',
            '(prefers-reduced-motion)',
            '(forced-colors: active)',
            '(prefers-contrast: more)',
          ].map((query) => matchMedia(query).matches),
        ]),
      ).toEqual([1280, 720, false, false, false, false, false]);
    },
  },
  {
    title: 'what CDP has set on the page',
    covers: ['BrowserContext.newCDPSession'],
    leaves: async ({ page, context }) => {
      await page.goto('/');
      const cdp = await context.newCDPSession(page);
      await cdp.send('Emulation.setUserAgentOverride', { userAgent: 'left' });
      await cdp.send('Emulation.setScriptExecutionDisabled', { value: true });
      await cdp.send('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Tokyo' });
      await cdp.send('Network.enable');
      await cdp.send('Network.emulateNetworkConditions', {
        offline: true,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      });
      await cdp.send('Browser.grantPermissions', { permissions: ['geolocation'] });
    },
    finds: async ({ page, expect }) => {
      await page.goto('/late');
      await expect(page.getByText('Late')).toBeVisible();
      const [agent, zone] = await page.evaluate(() => [
        navigator.userAgent,
        Intl.DateTimeFormat().resolvedOptions().timeZone,
      ]);
      expect(agent).not.toBe('left');
      expect(zone).not.toBe('Asia/Tokyo');
      expect(await permissionOf(page)).not.toBe('granted');
    },
  },
];

/** How long a browser may take to say where it is, in milliseconds. One that does not know says so at once, and on a busy machine a place is late. */
const PLACE_MS = 5_000;

async function placeOf(page: Page): Promise<number | string> {
  return page.evaluate(
    (timeout) =>
      new Promise<number | string>((done) =>
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => done(coords.latitude),
          ({ message }) => done(message),
          { timeout, maximumAge: 0 },
        ),
      ),
    PLACE_MS,
  );
}

async function permissionOf(page: Page): Promise<string> {
  return page.evaluate(
    async () => (await navigator.permissions.query({ name: 'geolocation' })).state,
  );
}
