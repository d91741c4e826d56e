/** What was listened to, and what was heard. */
import type { BrowserContext, Page } from '@playwright/test';
import type { Leak } from './leak';

/** What listeners that were left have heard: it survives from test to test in one worker. */
const heard: string[] = [];

const PAGE_EVENTS = [
  'close',
  'console',
  'crash',
  'dialog',
  'domcontentloaded',
  'download',
  'filechooser',
  'frameattached',
  'framedetached',
  'framenavigated',
  'load',
  'pageerror',
  'popup',
  'request',
  'requestfailed',
  'requestfinished',
  'response',
  'websocket',
  'worker',
];
const CONTEXT_EVENTS = [
  'close',
  'console',
  'dialog',
  'page',
  'request',
  'requestfailed',
  'requestfinished',
  'response',
  'serviceworker',
  'weberror',
];

const listenerMethods = [
  'on',
  'once',
  'addListener',
  'prependListener',
  'off',
  'removeListener',
  'removeAllListeners',
];

export const listenerLeaks: Leak[] = [
  {
    title: 'listeners of the context',
    covers: listenerMethods.map((name) => `BrowserContext.${name}`),
    leaves: async ({ context }) => listenToAll(context, CONTEXT_EVENTS),
    finds: async ({ page, expect }) => {
      heard.length = 0;
      await makeEvents(page);
      expect(await page.evaluate(() => confirm('Sure?'))).toBe(false);
      expect(heard).toEqual([]);
    },
  },
  {
    title: 'listeners of the page',
    covers: listenerMethods.map((name) => `Page.${name}`),
    leaves: async ({ page }) => listenToAll(page, PAGE_EVENTS),
    finds: async ({ page, expect }) => {
      heard.length = 0;
      await makeEvents(page);
      expect(await page.evaluate(() => confirm('Sure?'))).toBe(false);
      expect(heard).toEqual([]);
    },
  },
  {
    // A pause that is requested and never ended holds plain Playwright for ever, too.
    title: 'listeners of the debugger',
    covers: ['BrowserContext.debugger', 'Page.pause'],
    leaves: async ({ page, context }) => {
      context.debugger.on('pausedstatechanged', () => heard.push('paused'));
      await page.goto('/');
    },
    finds: async ({ page, context, expect }) => {
      heard.length = 0;
      await context.debugger.requestPause();
      const going = page.goto('/');
      await expect.poll(() => context.debugger.pausedDetails()).not.toBeNull();
      await context.debugger.resume();
      await going;
      expect(heard).toEqual([]);
    },
  },
  {
    title: 'what the page has said and asked for',
    covers: [
      'Page.consoleMessages',
      'Page.clearConsoleMessages',
      'Page.pageErrors',
      'Page.clearPageErrors',
      'Page.requests',
    ],
    leaves: async ({ page }) => makeEvents(page),
    finds: async ({ page, expect }) => {
      expect(await page.consoleMessages()).toEqual([]);
      expect(await page.pageErrors()).toEqual([]);
      expect(await page.requests()).toEqual([]);
    },
  },
];

/** Listens to everything, and answers dialogs. */
function listenToAll(emitter: Page | BrowserContext, events: string[]): void {
  const target = emitter as unknown as Record<
    'on' | 'addListener' | 'prependListener',
    (event: string, listener: (payload: { accept?: () => Promise<void> }) => void) => void
  >;
  for (const event of events)
    for (const method of ['on', 'addListener', 'prependListener'] as const)
      target[method](event, (payload) => {
        heard.push(event);
        payload.accept?.().catch(() => undefined);
      });
}

/** Does what most events tell of. */
async function makeEvents(page: Page): Promise<void> {
  await page.goto('/');
  const popup = page.waitForEvent('popup');
  await page.evaluate(() => {
    console.log('heard');
    setTimeout(() => {
      throw new Error('heard');
    });
    document.body.append(document.createElement('iframe'));
    window.open('/popup');
  });
  await (await popup).close();
}
