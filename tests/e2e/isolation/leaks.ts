/**
 * What a test can leave behind by Playwright's API, call by call: one function leaves it, the other fails where something of it is
 * still there. With plain Playwright nothing ever is.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type {
  Browser,
  BrowserContext,
  expect as playwrightExpect,
  Page,
  PlaywrightWorkerArgs,
  TestInfo,
} from '@playwright/test';

/** What both functions of a leak get. */
export interface Side {
  page: Page;
  context: BrowserContext;
  browser: Browser;
  playwright: PlaywrightWorkerArgs['playwright'];
  expect: typeof playwrightExpect;
  testInfo: TestInfo;
}

/** One thing that a test can leave behind. */
export interface Leak {
  title: string;
  /** The members of Page and BrowserContext that it covers. */
  covers: string[];
  /** State that `keepState: true` keeps. */
  isState?: true;
  leaves: (side: Side) => Promise<unknown>;
  finds: (side: Side) => Promise<void>;
}

/** Survives from test to test in one worker. */
const seen: string[] = [];
const keep: { harPath?: string; cached?: string } = {};

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

/** Listens to everything, and answers dialogs. */
function listenToAll(emitter: Page | BrowserContext, events: string[]): void {
  const target = emitter as unknown as Record<
    'on' | 'addListener' | 'prependListener',
    (event: string, listener: (payload: { accept?: () => Promise<void> }) => void) => void
  >;
  for (const event of events)
    for (const method of ['on', 'addListener', 'prependListener'] as const)
      target[method](event, (payload) => {
        seen.push(event);
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

const listenerMethods = [
  'on',
  'once',
  'addListener',
  'prependListener',
  'off',
  'removeListener',
  'removeAllListeners',
];

const clockLeak = (title: string, leaves: (clock: Page['clock']) => Promise<unknown>): Leak => ({
  title,
  covers: ['Page.clock', 'BrowserContext.clock'],
  leaves: async ({ page }) => {
    await page.goto('/');
    await leaves(page.clock);
  },
  finds: async ({ page, expect }) => {
    await page.goto('/');
    const now = await page.evaluate(() => Date.now());
    expect(Math.abs(now - Date.now())).toBeLessThan(60_000);
    expect(
      await page.evaluate(
        () => new Promise((done) => setTimeout(() => done(performance.now() > 0), 1)),
      ),
    ).toBe(true);
    expect(await page.evaluate(() => '__pwClock' in globalThis)).toBe(false);
  },
});

const isNeverOpened = async (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      new Promise<boolean>((done) => {
        const socket = new WebSocket(location.origin.replace('http', 'ws'));
        socket.onopen = () => done(false);
        socket.onerror = () => done(true);
      }),
  );

const emptyHar = JSON.stringify({
  log: { version: '1.2', creator: { name: 'test', version: '1' }, entries: [] },
});

export const leaks: Leak[] = [
  {
    title: 'listeners of the context',
    covers: listenerMethods.map((name) => `BrowserContext.${name}`),
    leaves: async ({ context }) => listenToAll(context, CONTEXT_EVENTS),
    finds: async ({ page, expect }) => {
      seen.length = 0;
      await makeEvents(page);
      expect(await page.evaluate(() => confirm('Sure?'))).toBe(false);
      expect(seen).toEqual([]);
    },
  },
  {
    title: 'listeners of the page',
    covers: listenerMethods.map((name) => `Page.${name}`),
    leaves: async ({ page }) => listenToAll(page, PAGE_EVENTS),
    finds: async ({ page, expect }) => {
      seen.length = 0;
      await makeEvents(page);
      expect(await page.evaluate(() => confirm('Sure?'))).toBe(false);
      expect(seen).toEqual([]);
    },
  },
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
      const held = new Promise<void>((done) => void context.route('**/held', () => done()));
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
      keep.harPath = testInfo.outputPath('recorded.har');
      await context.routeFromHAR(keep.harPath, { update: true });
      await page.goto('/');
    },
    finds: async ({ expect }) => expect(existsSync(keep.harPath ?? '')).toBe(true),
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
  {
    title: 'time limits of the context',
    covers: ['setDefaultTimeout', 'setDefaultNavigationTimeout'].map(
      (it) => `BrowserContext.${it}`,
    ),
    leaves: async ({ context }) => {
      context.setDefaultTimeout(1);
      context.setDefaultNavigationTimeout(1);
    },
    finds: async ({ page }) => {
      await page.goto('/slow');
      await page.goto('/late');
      await page.getByText('Late').click();
    },
  },
  {
    title: 'time limits of the page',
    covers: ['Page.setDefaultTimeout', 'Page.setDefaultNavigationTimeout'],
    leaves: async ({ page }) => {
      page.setDefaultTimeout(1);
      page.setDefaultNavigationTimeout(1);
    },
    finds: async ({ page }) => {
      await page.goto('/slow');
      await page.goto('/late');
      await page.getByText('Late').click();
    },
  },
  clockLeak('a clock that was moved and paused', async (clock) => {
    await clock.install({ time: '2020-01-01' });
    await clock.fastForward(1000);
    await clock.runFor(1000);
    await clock.pauseAt('2020-02-02');
  }),
  clockLeak('a clock that goes on', async (clock) => {
    await clock.pauseAt('2040-02-02');
    await clock.resume();
  }),
  clockLeak('a fixed time', async (clock) => {
    await clock.setSystemTime('2020-01-01');
    await clock.setFixedTime('2020-01-01');
  }),
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
        addEventListener('pagehide', () => localStorage.setItem('pagehide', '1')),
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
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('/service-worker.js');
        await navigator.serviceWorker.ready;
        if (!navigator.serviceWorker.controller)
          await new Promise((done) =>
            navigator.serviceWorker.addEventListener('controllerchange', done),
          );
      });
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
    title: 'a shared worker',
    covers: ['Page.workers'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.evaluate(connectShared);
      await page.evaluate(() =>
        Object.assign(globalThis, { worker: new Worker('/shared-worker.js') }),
      );
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
      keep.cached = await page.evaluate(async () => (await fetch('/cached')).text());
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      expect(await page.evaluate(async () => (await fetch('/cached')).text())).not.toBe(
        keep.cached,
      );
    },
  },
  {
    title: 'handlers of locators',
    covers: ['Page.addLocatorHandler', 'Page.removeLocatorHandler'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.addLocatorHandler(page.getByText('Site'), async () => void seen.push('handled'), {
        noWaitAfter: true,
      });
    },
    finds: async ({ page, expect }) => {
      seen.length = 0;
      await page.goto('/');
      await page.getByText('Press').click();
      expect(seen).toEqual([]);
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
    leaves: async ({ page }) => {
      page.on('dialog', () => undefined);
      await page.goto('/');
      await page.getByText('Press').click();
      await page.evaluate(() =>
        addEventListener('beforeunload', (event) => event.preventDefault()),
      );
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await expect(page).toHaveTitle('Site');
    },
  },
  {
    title: 'a page that fills the screen',
    covers: [],
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
    title: 'a download',
    covers: [],
    leaves: async ({ page }) => {
      await page.goto('/');
      await Promise.all([page.waitForEvent('download'), page.getByText('File').click()]);
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByText('File').click(),
      ]);
      expect(download.suggestedFilename()).toBe('file.txt');
      expect(existsSync(await download.path())).toBe(true);
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
  {
    title: 'a trace that runs, with a group that is open',
    covers: ['BrowserContext.tracing'],
    leaves: async ({ context }) => {
      await context.tracing.start({ screenshots: true, snapshots: true });
      await context.tracing.group('left open');
    },
    finds: async ({ page, context, testInfo, expect }) => {
      await context.tracing.start({ snapshots: true });
      await page.goto('/');
      const path = testInfo.outputPath('own.zip');
      await context.tracing.stop({ path });
      expect(existsSync(path)).toBe(true);
    },
  },
  {
    title: 'coverage',
    covers: ['Page.coverage'],
    leaves: async ({ page }) => {
      await page.coverage.startJSCoverage();
      await page.coverage.startCSSCoverage();
    },
    finds: async ({ page, expect }) => {
      await page.coverage.startJSCoverage();
      await page.goto('/late');
      expect(await page.coverage.stopJSCoverage()).toHaveLength(1);
    },
  },
  {
    title: 'passkeys',
    covers: ['BrowserContext.credentials'],
    leaves: async ({ context, page }) => {
      await context.credentials.install();
      await context.credentials.create('localhost');
      await page.goto('/');
    },
    finds: async ({ context, page, expect }) => {
      expect(await context.credentials.get()).toEqual([]);
      await page.goto('/');
      expect(
        await page.evaluate(() =>
          ['__pwWebAuthnInstalled', '__pwWebAuthnBinding'].filter((name) => name in globalThis),
        ),
      ).toEqual([]);
    },
  },
  {
    // A pause that is requested and never ended holds plain Playwright for ever, too.
    title: 'listeners of the debugger',
    covers: ['BrowserContext.debugger', 'Page.pause'],
    leaves: async ({ page, context }) => {
      context.debugger.on('pausedstatechanged', () => seen.push('paused'));
      await page.goto('/');
    },
    finds: async ({ page, context, expect }) => {
      seen.length = 0;
      await page.goto('/');
      expect(context.debugger.pausedDetails()).toBeNull();
      expect(seen).toEqual([]);
    },
  },
  {
    title: 'a screencast and what is drawn over the page',
    covers: ['Page.screencast', 'Page.video'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.screencast.start({ onFrame: () => undefined });
      await page.screencast.showOverlay('<b id="left">over</b>');
      await page.screencast.showActions();
    },
    finds: async ({ page, expect }) => {
      await page.goto('/');
      await page.screencast.start({ onFrame: () => undefined });
      await page.screencast.stop();
      expect(await page.locator('#left').count()).toBe(0);
    },
  },
  {
    title: 'highlights, and a locator that is to be picked',
    covers: ['Page.pickLocator', 'Page.cancelPickLocator', 'Page.hideHighlight'],
    leaves: async ({ page }) => {
      await page.goto('/');
      await page.getByText('Press').highlight();
      page.pickLocator().catch(() => undefined);
      await page.title();
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

/** Whether this Playwright has what a leak is made of: older ones lack some. */
export function isPossible(
  { covers }: Leak,
  { page, context }: Pick<Side, 'page' | 'context'>,
): boolean {
  return covers.every((name) => {
    const [type, member] = name.split('.');
    return (member ?? '').startsWith('[') || (member ?? '') in (type === 'Page' ? page : context);
  });
}

async function placeOf(page: Page): Promise<number | string> {
  return page.evaluate(
    () =>
      new Promise<number | string>((done) =>
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => done(coords.latitude),
          ({ message }) => done(message),
          { timeout: 500, maximumAge: 0 },
        ),
      ),
  );
}

async function permissionOf(page: Page): Promise<string> {
  return page.evaluate(
    async () => (await navigator.permissions.query({ name: 'geolocation' })).state,
  );
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
async function connectShared(): Promise<number> {
  return new Promise((done) => {
    new SharedWorker('/shared-worker.js').port.onmessage = ({ data }) => done(data as number);
  });
}
