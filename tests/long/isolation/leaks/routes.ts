/** Requests that a test answers itself. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { Leak } from './leak';

/** Survives from test to test in one worker. */
let recordedHar = '';

const emptyHar = JSON.stringify({
  log: { version: '1.2', creator: { name: 'test', version: '1' }, entries: [] },
});

export const routeLeaks: Leak[] = [
  {
    title: 'routes of the context',
    covers: ['BrowserContext.route', 'BrowserContext.unroute', 'BrowserContext.unrouteAll'],
    leaves: async ({ page, context }) => {
      await context.route('**/*', (route) => route.fulfill({ body: 'routed' }));
      await page.goto('/');
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'routes of the page',
    covers: ['Page.route', 'Page.unroute', 'Page.unrouteAll'],
    leaves: async ({ page }) => page.route('**/*', (route) => route.fulfill({ body: 'routed' })),
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a request that a route holds',
    covers: [],
    leaves: async ({ page, context }) => {
      let hold = (): void => {};
      const held = new Promise<void>((done) => (hold = done));
      await context.route('**/held', () => hold());
      page.goto('/held').catch(() => undefined);
      await held;
    },
    finds: async ({ page, expect }) => {
      await page.goto('/held');
      await expect(page.getByText('/held')).toBeVisible();
    },
  },
  {
    title: 'routes from a recorded file',
    covers: ['BrowserContext.routeFromHAR', 'Page.routeFromHAR'],
    leaves: async ({ page, context, testInfo }) => {
      const har = testInfo.outputPath('empty.har');
      await writeFile(har, emptyHar);
      await context.routeFromHAR(har, { notFound: 'abort' });
      await page.routeFromHAR(har, { notFound: 'abort' });
      await page.goto('/').catch(() => undefined);
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a recording of requests, which is written when the context closes',
    covers: [],
    leaves: async ({ page, context, testInfo }) => {
      recordedHar = testInfo.outputPath('recorded.har');
      await context.routeFromHAR(recordedHar, { update: true });
      await page.goto('/');
    },
    finds: async ({ expect }) => expect(existsSync(recordedHar)).toBe(true),
  },
  {
    title: 'routes of web sockets',
    covers: ['BrowserContext.routeWebSocket', 'Page.routeWebSocket'],
    leaves: async ({ page, context, expect }) => {
      await context.routeWebSocket('**/*', () => undefined);
      await page.routeWebSocket('**/*', () => undefined);
      await page.goto('/');
      expect(await isNeverOpened(page)).toBe(false);
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await isNeverOpened(page)).toBe(true);
    },
  },
];

const isNeverOpened = async (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      new Promise<boolean>((done) => {
        const socket = new WebSocket(location.origin.replace('http', 'ws'));
        socket.onopen = () => done(false);
        socket.onerror = () => done(true);
      }),
  );
