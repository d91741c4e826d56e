/** What a browser keeps for a site. */
import type { Page } from '@playwright/test';
import type { Leak } from './leak';

/** Survives from test to test in one worker. */
let cached = '';
let cachedScript: unknown;

export const stateLeaks: Leak[] = [
  {
    title: 'cookies',
    covers: [
      'BrowserContext.addCookies',
      'BrowserContext.cookies',
      'BrowserContext.clearCookies',
      'BrowserContext.request',
      'Page.request',
    ],
    isState: true,
    leaves: async ({ context, page }) => {
      await context.addCookies([
        { name: 'added', value: '1', url: 'https://other.test', expires: 4e9 },
      ]);
      await context.request.get('/set-cookie');
      await page.goto('/');
      await page.evaluate(() => (document.cookie = 'written=1; max-age=3600'));
    },
    finds: async ({ context, expect }) => expect(await context.cookies()).toEqual([]),
  },
  {
    title: 'a request context that was disposed of',
    covers: [],
    leaves: async ({ context }) => context.request.dispose(),
    finds: async ({ context, expect }) =>
      expect((await context.request.get('/')).status()).toBe(200),
  },
  {
    title: 'storage of every kind',
    covers: [
      'BrowserContext.storageState',
      'BrowserContext.setStorageState',
      'Page.localStorage',
      'Page.sessionStorage',
    ],
    isState: true,
    leaves: async ({ context, page, testInfo }) => {
      const { origin } = new URL(testInfo.project.use.baseURL ?? '');
      await context.setStorageState({
        cookies: [],
        origins: [{ origin, localStorage: [{ name: 'set', value: '1' }] }],
      });
      await page.goto('/');
      await page.evaluate(store);
      // What a page does when it is left counts too.
      await page.evaluate(() =>
        addEventListener('pagehide', () => {
          for (const begin = Date.now(); Date.now() < begin + 400;);
          localStorage.setItem('pagehide', '1');
        }),
      );
    },
    finds: async ({ context, page, expect }) => {
      await page.goto('/');
      expect(await page.evaluate(stored)).toEqual([[], [], [], [], []]);
      expect((await context.storageState({ indexedDB: true })).origins).toEqual([]);
    },
  },
  {
    title: 'a service worker',
    covers: ['BrowserContext.serviceWorkers', 'BrowserContext.backgroundPages'],
    isState: true,
    leaves: async ({ page, expect }) => {
      await page.goto('/');
      await page.evaluate(serveByWorker);
      expect(await page.evaluate(async () => (await fetch('/who')).text())).toBe('worker');
    },
    finds: async ({ context, page, expect }) => {
      expect(context.serviceWorkers()).toEqual([]);
      await page.goto('/');
      expect(
        await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length),
      ).toBe(0);
      expect(await page.evaluate(async () => (await fetch('/who')).text())).toBe('server');
    },
  },
  {
    title: 'a route for what service workers ask for',
    covers: [],
    leaves: async ({ context, page, expect }) => {
      await context.route('**/asked', (route) => route.fulfill({ body: 'routed' }));
      await page.goto('/');
      await page.evaluate(serveByWorker);
      expect(await page.evaluate(async () => (await fetch('/ask')).text())).toBe('routed');
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await page.evaluate(serveByWorker);
      expect(await page.evaluate(async () => (await fetch('/ask')).text())).toBe('server');
    },
  },
  {
    title: 'a shared worker',
    covers: ['Page.workers'],
    leaves: async ({ context, page }) => {
      for (const it of [page, await context.newPage()]) {
        await it.goto('/');
        await it.evaluate(connectShared);
        await it.evaluate(() =>
          Object.assign(globalThis, { worker: new Worker('/shared-worker.js') }),
        );
      }
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await page.evaluate(connectShared)).toBe(1);
      expect(page.workers()).toEqual([]);
    },
  },
  {
    title: 'what was cached',
    covers: [],
    isState: true,
    leaves: async ({ page }) => {
      await page.goto('/');
      cached = await page.evaluate(async () => (await fetch('/cached')).text());
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await page.evaluate(async () => (await fetch('/cached')).text())).not.toBe(cached);
    },
  },
  {
    // What a process of pages keeps of the files that they need is not the browser's cache.
    title: 'a script that was cached',
    covers: [],
    isState: true,
    leaves: async ({ page }) => {
      cachedScript = await scriptOf(page);
    },
    finds: async ({ page, expect }) => {
      expect(await scriptOf(page)).not.toBe(cachedScript);
    },
  },
];

async function scriptOf(page: Page): Promise<unknown> {
  await page.goto('/');
  await page.addScriptTag({ url: '/cached.js' });
  return page.evaluate(() => (globalThis as unknown as { cached: number }).cached);
}

/** Runs in the page. */
async function store(): Promise<void> {
  localStorage.setItem('left', '1');
  sessionStorage.setItem('left', '1');
  await new Promise((done) => (indexedDB.open('left').onsuccess = done));
  await caches.open('left');
  await (await navigator.storage.getDirectory()).getFileHandle('left', { create: true });
}

/** Runs in the page. */
async function stored(): Promise<unknown[]> {
  const files: string[] = [];
  const folder = await navigator.storage.getDirectory();
  for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys())
    files.push(name);
  return [
    Object.keys(localStorage),
    Object.keys(sessionStorage),
    (await indexedDB.databases()).map(({ name }) => name),
    await caches.keys(),
    files,
  ];
}

/** Runs in the page. */
async function serveByWorker(): Promise<void> {
  const { serviceWorker } = navigator;
  await serviceWorker.register('/service-worker.js');
  await serviceWorker.ready;
  if (!serviceWorker.controller)
    await new Promise((done) => serviceWorker.addEventListener('controllerchange', done));
}

/** Runs in the page. */
async function connectShared(): Promise<number> {
  return new Promise((done) => {
    new SharedWorker('/shared-worker.js').port.onmessage = ({ data }) => done(data as number);
  });
}
