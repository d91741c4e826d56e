/** A suite as people write it for plain Playwright Test. It runs once as it is, and once with only the import changed. */
import { test as base, expect, devices, type Page } from '@playwright/test';
import { readFile, writeFile } from 'node:fs/promises';

class FormPage {
  constructor(readonly page: Page) {}
  async send(name: string): Promise<void> {
    await this.page.goto('/form');
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Colour').selectOption('blue');
    await this.page.getByLabel('Terms').check();
    await this.page.getByRole('button', { name: 'Send' }).click();
  }
}

const test = base.extend<{ formPage: FormPage; greeting: string }, { workerTag: string }>({
  greeting: ['hello', { option: true }],
  formPage: async ({ page }, use) => use(new FormPage(page)),
  workerTag: [async ({}, use, info) => use(`worker-${info.workerIndex}`), { scope: 'worker' }],
  page: async ({ page }, use) => {
    await page.addInitScript(() => ((globalThis as { injected?: boolean }).injected = true));
    await use(page);
  },
});

test('relative URLs, titles, roles', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveTitle('Home');
  await page.getByRole('link', { name: 'Form' }).click();
  await expect(page).toHaveURL('/form');
});

test('page objects, custom fixtures and options', async ({
  formPage,
  page,
  greeting,
  workerTag,
}) => {
  await formPage.send('Ann');
  await expect(page.locator('output')).toHaveText('{"name":"Ann","colour":"blue","terms":"on"}');
  expect(greeting).toBe('hello');
  expect(workerTag).toMatch(/^worker-\d+$/);
  expect(await page.evaluate(() => (globalThis as { injected?: boolean }).injected)).toBe(true);
});

test('steps, soft assertions, poll', async ({ page }) => {
  await test.step('open', async () => page.goto('/form'));
  expect.soft(await page.title()).toBe('Form');
  await expect.poll(async () => page.getByRole('button').count()).toBe(1);
});

test('popups', async ({ page, context }) => {
  await page.goto('/');
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    page.getByText('Open popup').click(),
  ]);
  await expect(popup.getByRole('heading')).toHaveText('I am a popup');
  expect(context.pages()).toHaveLength(2);
});

test('frames', async ({ page }) => {
  await page.goto('/frames');
  await expect(page.frameLocator('iframe').getByRole('heading')).toHaveText('I am a popup');
});

test('uploads by path and by buffer', async ({ page }, testInfo) => {
  const file = testInfo.outputPath('up.txt');
  await writeFile(file, 'x'.repeat(1000));
  await page.goto('/upload');
  await page.locator('input').setInputFiles([file]);
  await expect(page.getByText('up.txt:1000')).toBeVisible();
  await page
    .locator('input')
    .setInputFiles({ name: 'mem.txt', mimeType: 'text/plain', buffer: Buffer.from('abc') });
  await expect(page.getByText('mem.txt:3')).toBeVisible();
});

test('downloads', async ({ page }, testInfo) => {
  await page.goto('/download-page');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByText('Get it').click(),
  ]);
  expect(download.suggestedFilename()).toBe('file.txt');
  const path = testInfo.outputPath('saved.txt');
  await download.saveAs(path);
  expect(await readFile(path, 'utf8')).toBe('a file');
});

test('dialogs', async ({ page }) => {
  await page.goto('/dialogs');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByText('Ask').click();
  await expect(page).toHaveTitle('yes');
});

test('routes and mocks', async ({ page }) => {
  await page.route('**/api/items', (route) => route.fulfill({ json: ['mocked'] }));
  await page.goto('/api-page');
  await expect(page.getByRole('listitem')).toHaveText(['mocked']);
});

test('the request fixture uses baseURL and headers', async ({ request }) => {
  const response = await request.get('/api/items');
  expect(await response.json()).toEqual(['one', 'two', 'from-use']);
});

test('extra headers reach the page', async ({ page }) => {
  await page.goto('/api-page');
  await expect(page.getByRole('listitem').last()).toHaveText('from-use');
});

test.describe('isolation', () => {
  test('first sets storage and a cookie', async ({ page, context }) => {
    await page.goto('/login');
    await page.evaluate(() => localStorage.setItem('k', 'left over'));
    expect(await context.cookies()).toHaveLength(1);
  });
  test('second sees none of it', async ({ page, context }) => {
    await page.goto('/storage');
    await expect(page.locator('#v')).toHaveText('none no cookie');
    expect(await context.cookies()).toEqual([]);
  });
});

test.describe('emulation', () => {
  test.use({
    locale: 'de-DE',
    timezoneId: 'Asia/Tokyo',
    colorScheme: 'dark',
    viewport: { width: 640, height: 480 },
    userAgent: 'compat/1.0',
    geolocation: { latitude: 48, longitude: 11 },
    permissions: ['geolocation'],
  });
  test('the page sees it', async ({ page }) => {
    await page.goto('/');
    expect(page.viewportSize()).toEqual({ width: 640, height: 480 });
    expect(
      await page.evaluate(() => [
        navigator.language,
        Intl.DateTimeFormat().resolvedOptions().timeZone,
        matchMedia('(prefers-color-scheme: dark)').matches,
        innerWidth,
        navigator.userAgent,
      ]),
    ).toEqual(['de-DE', 'Asia/Tokyo', true, 640, 'compat/1.0']);
    expect(
      await page.evaluate(
        () =>
          new Promise((done) =>
            navigator.geolocation.getCurrentPosition((p) => done(p.coords.latitude)),
          ),
      ),
    ).toBe(48);
  });
});

test.describe('a phone', () => {
  const { defaultBrowserType, ...phone } = devices['Pixel 7'];
  test.use(phone);
  test('is emulated', async ({ page, isMobile }) => {
    await page.goto('/');
    expect(isMobile).toBe(true);
    expect(await page.evaluate(() => [navigator.maxTouchPoints > 0, devicePixelRatio])).toEqual([
      true,
      2.625,
    ]);
  });
});

test.describe('http credentials', () => {
  test.use({ httpCredentials: { username: 'ann', password: 'secret' } });
  test('open the door', async ({ page }) => {
    await page.goto('/private');
    await expect(page.getByRole('heading')).toHaveText('Welcome ann');
  });
});

test.describe('offline', () => {
  test.use({ offline: true });
  test('nothing is reached', async ({ page }) => {
    await expect(page.goto('/')).rejects.toThrow(/ERR_INTERNET_DISCONNECTED/);
  });
});

test.describe('storage state', () => {
  test.use({
    storageState: {
      cookies: [
        {
          name: 'sid',
          value: 'kept',
          domain: '127.0.0.1',
          path: '/',
          expires: -1,
          httpOnly: false,
          secure: false,
          sameSite: 'Lax',
        },
      ],
      origins: [],
    },
  });
  test('is there from the start', async ({ page }) => {
    await page.goto('/storage');
    await expect(page.locator('#v')).toHaveText('none sid=kept');
  });
});

test.describe.serial('pages of one’s own', () => {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    await page.goto('/');
  });
  test.afterAll(async () => page.close());
  test('are there in the first test', async () => expect(page).toHaveTitle('Home'));
  test('and in the next', async () => {
    await page.getByRole('link', { name: 'Form' }).click();
    await expect(page).toHaveTitle('Form');
  });
});

test('two users in two contexts', async ({ browser, baseURL }) => {
  const [one, two] = [await browser.newContext(), await browser.newContext()];
  const [first, second] = [await one.newPage(), await two.newPage()];
  await first.goto('/login');
  await second.goto(`${baseURL}/storage`);
  await expect(first.locator('#v')).toContainText('sid=ann');
  await expect(second.locator('#v')).toHaveText('none no cookie');
  await one.close();
  await two.close();
});

test('the browser has the contexts of the test, and no other', async ({
  browser,
  context,
  browserName,
}) => {
  expect(browser.contexts()).toEqual([context]);
  expect(context.browser()).toBe(browser);
  expect(browser.browserType().name()).toBe(browserName);
});

test('a wrong option is refused at the line of the test', async ({ browser }) => {
  await browser.newContext({ viewport: 'large' as never });
});

test.describe('a hook that fails', () => {
  test.beforeAll(async ({ browser }) => {
    const page = await browser.newPage();
    await page.goto('/form');
    throw new Error('in the hook');
  });
  test('is described by its page', async () => undefined);
});

const withOwnBrowser = base.extend<object, object>({
  browser: [
    async ({ playwright }, use) => {
      const browser = await playwright.chromium.launch();
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});
withOwnBrowser.describe('a browser of the suite', () => {
  withOwnBrowser('is used', async ({ page, browser }) => {
    await page.goto('/');
    expect(browser.contexts()).toHaveLength(1);
  });
});

test('clock', async ({ page }) => {
  await page.clock.install({ time: new Date('2020-01-01T10:00:00') });
  await page.goto('/');
  await page.clock.fastForward('01:00');
  expect(await page.evaluate(() => new Date().getFullYear())).toBe(2020);
});

test('exposed functions and console', async ({ page }) => {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.exposeFunction('double', (n: number) => n * 2);
  await page.goto('/');
  expect(
    await page.evaluate(async () =>
      (globalThis as unknown as { double(n: number): Promise<number> }).double(21),
    ),
  ).toBe(42);
  await page.evaluate(() => console.log('hello'));
  await expect.poll(() => said).toContain('hello');
});

test('aria snapshots and screenshots', async ({ page }) => {
  await page.goto('/form');
  await expect(page.locator('form')).toMatchAriaSnapshot(`
    - text: Name
    - textbox "Name"
  `);
  expect((await page.screenshot()).length).toBeGreaterThan(1000);
});

test('web sockets are routed', async ({ page }) => {
  await page.routeWebSocket('ws://example.test/', (ws) =>
    ws.onMessage((message) => ws.send(`echo ${String(message)}`)),
  );
  await page.goto('/');
  const answer = await page.evaluate(
    () =>
      new Promise((done) => {
        const ws = new WebSocket('ws://example.test/');
        ws.onopen = () => ws.send('hi');
        ws.onmessage = (event) => done(event.data);
      }),
  );
  expect(answer).toBe('echo hi');
});

test('attachments and annotations', async ({ page }, testInfo) => {
  testInfo.annotations.push({ type: 'issue', description: '42' });
  await page.goto('/');
  await testInfo.attach('note', { body: 'text', contentType: 'text/plain' });
  expect(testInfo.attachments.map((it) => it.name)).toContain('note');
});

test.skip('is skipped', async () => undefined);
test('is expected to fail', async ({ page }) => {
  test.fail();
  await page.goto('/');
  expect(await page.title()).toBe('Nowhere');
});

test('passes on its second attempt', async ({ page }, testInfo) => {
  await page.goto('/');
  expect(testInfo.retry).toBe(1);
});

test('times out', async ({ page }) => {
  await page.goto('/');
  test.setTimeout(1500); // from the beginning of the test: it may be over by now
  await page.waitForSelector('#never', { timeout: 0 });
});
