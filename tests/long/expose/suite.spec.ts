/** What pages do on a site on localhost. It runs on plain Playwright, and on sessions whose browser cannot reach that site: the same. */
import { expect, test, type Page } from '@playwright/test';

const site = (path = ''): string => `${String(test.info().project.use.baseURL)}${path}`;
const otherOrigin = (path = ''): string => site(path).replace('localhost', 'app.localhost');

/** What the server has seen of a request that the page makes. */
async function echo(page: Page, init: RequestInit = {}): Promise<Record<string, unknown>> {
  return page.evaluate(
    async (options) => (await fetch('/echo', options)).json() as Promise<Record<string, unknown>>,
    init as object,
  );
}

test('a page with its pictures', async ({ page }) => {
  const response = await page.goto('/');
  expect(response?.status()).toBe(200);
  await expect(page).toHaveTitle('Site');
  expect(await page.locator('img').evaluate((it: HTMLImageElement) => it.naturalHeight)).toBe(3);
});

test('requests carry what the page gave them', async ({ page }) => {
  await page.goto('/');
  expect(
    await echo(page, {
      method: 'POST',
      body: '{"a":"ä"}',
      headers: { 'content-type': 'application/json', 'x-mine': 'yes' },
    }),
  ).toMatchObject({
    method: 'POST',
    body: Buffer.from('{"a":"ä"}').toString('latin1'),
    headers: {
      'content-type': 'application/json',
      'content-length': '10',
      'x-mine': 'yes',
      origin: site(),
      referer: site('/'),
      host: new URL(site()).host,
      'user-agent': await page.evaluate(() => navigator.userAgent),
      'accept-language': 'de-DE',
      'accept-encoding': expect.stringContaining('gzip') as unknown,
    },
  });
  expect(await echo(page, { method: 'POST' })).toMatchObject({
    headers: { 'content-length': '0' },
  });
  const answered = await page.evaluate(
    async () =>
      new Promise<string>((resolve) => {
        const request = new XMLHttpRequest();
        request.open('DELETE', '/echo');
        request.onload = () => resolve(request.responseText);
        request.send();
      }),
  );
  expect(JSON.parse(answered)).toMatchObject({ method: 'DELETE', body: '' });
});

test('uploads: a form with a file of 5 MB, and bytes', async ({ page }) => {
  await page.goto('/');
  const buffer = Buffer.alloc(5_000_000, 1);
  await page.setInputFiles('input', { name: 'f.bin', mimeType: 'application/x-bin', buffer });
  await page.getByText('Send').click();
  await expect(page).toHaveTitle(/^50001\d\d 50\d{5}$/);
  const sum = await page.evaluate(async () =>
    (await fetch('/binary', { method: 'POST', body: new Uint8Array([0, 255, 128, 10]) })).text(),
  );
  expect(sum).toBe('393');
});

test('redirects, and the cookies that they set', async ({ page, context }) => {
  const response = await page.goto('/login');
  expect(page.url()).toBe(site('/account?from=hop'));
  const hops = [
    response?.request().redirectedFrom(),
    response?.request().redirectedFrom()?.redirectedFrom(),
  ];
  expect(hops.map((it) => it?.url())).toEqual([site('/hop'), site('/login')]);
  await expect(page).toHaveTitle('GET id=secret; theme=dark');
  const cookies = await context.cookies();
  expect(
    cookies.map(({ name, httpOnly, sameSite, expires }) => [name, httpOnly, sameSite, expires > 0]),
  ).toEqual([
    ['id', true, 'Lax', false],
    ['theme', false, 'Strict', true],
    ['seen', false, 'Lax', false],
  ]);
  expect(await page.evaluate(() => document.cookie)).toBe('theme=dark; seen=1');
  expect(await echo(page)).toMatchObject({
    headers: { cookie: 'id=secret; theme=dark; seen=1' },
  });
  const url = await page.evaluate(async () => (await fetch('/login', { method: 'POST' })).url);
  expect(url).toBe(site('/account?from=hop'));
});

test('states and errors', async ({ page }) => {
  const teapot = await page.goto('/teapot');
  expect([teapot?.status(), await page.textContent('h1')]).toEqual([418, 'Short']);
  expect(teapot?.statusText()).toBe("I'm a teapot");
  const statusOf = async (path: string): Promise<number> =>
    page.evaluate(async (url) => (await fetch(url)).status, path);
  expect(await statusOf('/broken')).toBe(500);
  expect(await statusOf('/nowhere')).toBe(404);
  expect(await statusOf('/none')).toBe(204);
  await expect(page.goto('/reset')).rejects.toThrow('net::ERR_CONNECTION_RESET');
  await expect(page.goto('http://localhost:1024/')).rejects.toThrow('net::ERR_CONNECTION_REFUSED');
});

test('what was pressed, ranges and media', async ({ page }) => {
  await page.goto('/');
  for (const path of ['/gzip', '/brotli'])
    expect(
      await page.evaluate(async (url) => {
        const response = await fetch(url);
        return [(await response.text()).length, response.headers.get('content-encoding')];
      }, path),
    ).toEqual([16_500, path === '/gzip' ? 'gzip' : 'br']);
  const part = await page.evaluate(async () => {
    const response = await fetch('/tone.wav', { headers: { range: 'bytes=0-3' } });
    return [response.status, response.headers.get('content-range'), await response.text()];
  });
  expect(part).toEqual([206, 'bytes 0-3/16044', 'RIFF']);
  const seconds = await page.evaluate(
    async () =>
      new Promise((resolve) => {
        const audio = new Audio('/tone.wav');
        audio.onloadedmetadata = () => resolve(audio.duration);
        audio.onerror = () => resolve(audio.error?.message);
      }),
  );
  expect(seconds).toBe(2);
});

test('a request that waits holds no other', async ({ page }) => {
  await page.goto('/');
  const waited = page.evaluate(async () => (await fetch('/wait')).text());
  await expect
    .poll(async () => {
      await page.evaluate(async () => fetch('/release'));
      return Promise.race([waited, new Promise((resolve) => setTimeout(resolve, 100, 'waits'))]);
    })
    .toBe('waited');
});

test('another origin is asked before, and refused where the server does not allow it', async ({
  page,
}) => {
  await page.goto(otherOrigin('/'));
  const put = async (path: string): Promise<unknown> =>
    page.evaluate(
      async (url) =>
        fetch(url, { method: 'PUT', headers: { 'x-asked': '1' } }).then(
          ({ status }) => status,
          String,
        ),
      site(path),
    );
  expect(await put('/shared')).toBe(200);
  expect(await put('/echo')).toBe('TypeError: Failed to fetch');
});

test("a test's own routes come first, and go on to the site", async ({ page, context }) => {
  await context.route('**/echo', async (route) =>
    route.continue({ headers: { ...route.request().headers(), 'x-context': '1' } }),
  );
  await page.route('**/dot.gif', async (route) => route.abort());
  await page.route('**/popup', async (route) => route.fulfill({ body: 'routed' }));
  await page.route('**/echo', async (route) => route.fallback());
  await page.goto('/');
  expect(await page.locator('img').evaluate((it: HTMLImageElement) => it.naturalHeight)).toBe(0);
  expect(await page.evaluate(async () => (await fetch('/popup')).text())).toBe('routed');
  expect(await echo(page)).toMatchObject({ headers: { 'x-context': '1' } });
  await page.goto('/login');
  expect(page.url()).toBe(site('/account?from=hop'));
});

test('popups, frames, workers, files, and contexts of the test', async ({ page, browser }) => {
  await page.goto('/');
  const [popup] = await Promise.all([page.waitForEvent('popup'), page.getByText('Popup').click()]);
  await expect(popup).toHaveTitle('Popup');
  await page.goto('/frame');
  expect(await page.frames()[1]?.title()).toBe('Popup');
  expect(
    await page.evaluate(
      async () =>
        new Promise((resolve) => {
          new Worker('/worker.js').onmessage = ({ data }) => resolve(data);
        }),
    ),
  ).toBe(200);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.evaluate(() => location.assign('/file')),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe('got');
  const context = await browser.newContext();
  const other = await context.newPage();
  await other.goto(site('/login'));
  await expect(other).toHaveTitle('GET id=secret; theme=dark');
  await context.close();
});

test('a service worker', async ({ page }) => {
  await page.goto('/');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/service-worker.js');
    await navigator.serviceWorker.ready;
  });
  await page.goto('/');
  const answer = await page.evaluate(
    async () => (await (await fetch('/by-worker')).json()) as unknown,
  );
  expect(answer).toMatchObject({ method: 'PUT' });
});

test('WebSockets', async ({ page, context }) => {
  await context.addCookies([{ name: 'id', value: 'secret', url: site() }]);
  await page.goto('/');
  const talk = await page.evaluate(
    async () =>
      new Promise((resolve) => {
        const heard: unknown[] = [];
        const socket = new WebSocket(`ws://${location.host}/`, ['one', 'two']);
        socket.binaryType = 'arraybuffer';
        socket.onopen = () => {
          heard.push(socket.protocol);
          socket.send('text ä');
          socket.send(new Uint8Array([1, 0, 255]));
          socket.send('close');
        };
        socket.onmessage = ({ data }) =>
          heard.push(typeof data === 'string' ? data : [...new Uint8Array(data as ArrayBuffer)]);
        socket.onclose = ({ code, reason, wasClean }) =>
          resolve([...heard, { code, reason, wasClean }]);
      }),
  );
  expect(talk).toEqual([
    'one',
    JSON.stringify({ cookie: 'id=secret', origin: site() }),
    'text ä',
    [1, 0, 255],
    { code: 4321, reason: 'asked to', wasClean: true },
  ]);
  const code = await page.evaluate(
    async () =>
      new Promise((resolve) => {
        const socket = new WebSocket('/');
        socket.onopen = () => socket.close(3456, 'done');
        socket.onclose = (event) => resolve(event.code);
      }),
  );
  expect(code).toBe(3456);
  await expect
    .poll(async () => page.evaluate(async () => (await fetch('/closes')).json() as unknown))
    .toContain(3456);
  const refused = await page.evaluate(
    async () =>
      new Promise((resolve) => {
        new WebSocket('ws://localhost:1024').onclose = (event) => resolve(event.code);
      }),
  );
  expect(refused).toBe(1006);
});

/** What the site hears of a WebSocket that this frame opens, and of a request that it makes. Runs in the page. */
async function callSite(host: string): Promise<Record<string, unknown>> {
  const socket = new WebSocket(`ws://${host}/`);
  const heard = await new Promise<string>((resolve) => {
    socket.onmessage = ({ data }) => resolve(data as string);
    socket.onclose = () => resolve('{"closed":true}');
  });
  const asked = await fetch(`http://${host}/open`, { credentials: 'include' }).then(
    async (response) => (await response.json()) as { cookie?: string; origin?: string },
  );
  const sorted = (cookie = ''): string => cookie.split('; ').sort().join(' ');
  const { cookie, origin, closed } = JSON.parse(heard) as Record<string, string>;
  return {
    socket: { origin, cookie: sorted(cookie), ...(closed && { closed }) },
    fetch: { origin: asked.origin, cookie: sorted(asked.cookie) },
  };
}

const ALL = 'lax=1 none=1 strict=1 unsaid=1';

for (const [who, opens, expected] of [
  ['a page of the site', 'localhost/popup', { origin: 'own', cookie: ALL }],
  ['a page of another site', '127.0.0.1/popup', { origin: '127.0.0.1', cookie: 'none=1' }],
  [
    'a page of a subdomain, which is another site',
    'app.localhost/popup',
    { origin: 'app.localhost', cookie: 'none=1' },
  ],
  [
    'a frame of the site in another one',
    '127.0.0.1/frame-of-site',
    { origin: 'own', cookie: 'none=1' },
  ],
  [
    'a frame of another site in the site',
    'localhost/frame-of-other',
    { origin: '127.0.0.1', cookie: 'none=1' },
  ],
  [
    'an empty frame of another site',
    '127.0.0.1/empty-frame',
    { origin: '127.0.0.1', cookie: 'none=1' },
  ],
  ['a sandboxed page of the site', 'localhost/sandboxed', { origin: 'null', cookie: 'none=1' }],
] as const)
  test(`what a WebSocket and a fetch say: ${who}`, async ({ page, context }) => {
    const { host, port } = new URL(site());
    await page.goto('/enter');
    const [name = '', path = ''] = opens.split('/');
    const other = await context.newPage(); // the site is open, as one that a user is signed in to
    const frameUrl = {
      'frame-of-site': site('/popup'),
      'frame-of-other': `http://127.0.0.1:${port}/popup`,
      'empty-frame': 'about:blank',
    }[path];
    await other.goto(`http://${name}:${port}/${frameUrl === undefined ? path : 'popup'}`);
    if (frameUrl !== undefined)
      await other.evaluate(
        async (src) =>
          new Promise((resolve) => {
            const frame = Object.assign(document.createElement('iframe'), { src, onload: resolve });
            document.body.append(frame);
          }),
        frameUrl,
      );
    const said = await other.frames().at(-1)?.evaluate(callSite, host);
    const origins = new Map([
      ['own', site()],
      ['null', 'null'],
    ]);
    const origin = origins.get(expected.origin) ?? `http://${expected.origin}:${port}`;
    expect(said).toMatchObject({
      socket: { origin, cookie: expected.cookie },
      fetch: { cookie: expected.cookie },
    });
  });

test('a hostile page cannot speak for another frame', async ({ page }) => {
  await page.goto('/enter');
  const { host, port } = new URL(site());
  await page.goto(`http://127.0.0.1:${port}/popup`);
  const origin = await page.evaluate(async (own) => {
    Object.defineProperty(globalThis, 'origin', { value: own });
    Object.defineProperty(globalThis, 'crypto', {
      value: { getRandomValues: (it: Uint32Array) => it },
    });
    const socket = new WebSocket(`${own.replace('http', 'ws')}/`);
    return new Promise<string>((resolve) => {
      socket.onmessage = ({ data }) => resolve(data as string);
    });
  }, site());
  expect(JSON.parse(origin)).toEqual({ cookie: 'none=1', origin: `http://127.0.0.1:${port}` });
  expect(host).toContain('localhost');
});

for (const [who, name, expected] of [
  ['the site', 'localhost', 'none-set strict-set'],
  ['another site', '127.0.0.1', 'none-set'],
] as const)
  test(`cookies that a handshake sets, for ${who}`, async ({ page, context }) => {
    const { host, port } = new URL(site());
    await page.goto(`http://${name}:${port}/popup`);
    await page.evaluate(
      async (url) =>
        new Promise((resolve) => {
          new WebSocket(url).onmessage = resolve;
        }),
      `ws://${host}/sets`,
    );
    const cookies = await context.cookies();
    expect(
      cookies
        .map((it) => it.name)
        .sort()
        .join(' '),
    ).toBe(expected);
  });

test('requests of the test itself', async ({ page, request }) => {
  await page.goto('/login');
  expect(await (await page.request.get('/account')).text()).toContain('id=secret');
  expect(await (await request.get('/echo')).json()).toMatchObject({ method: 'GET' });
});
