/** Notes what a test sees of Playwright's less common calls. It runs on a launched browser and on sessions elsewhere: the same. */
import { expect, test, type Download, type Page } from '@playwright/test';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, relative } from 'node:path';

let site: Server;
let origin: string;

test.beforeAll(async () => {
  site = createServer(({ url = '' }, response) => {
    if (url === '/xml')
      return void response
        .setHeader('content-type', 'text/xml')
        .end('<a xmlns="http://www.w3.org/1999/xhtml" href="/file">file</a>');
    if (!url.startsWith('/file'))
      return void response
        .setHeader('content-type', 'text/html')
        .end(
          `<title>Site</title>${['file', 'file-broken', 'file-endless', 'file-empty', 'file-large'].map((it) => `<a href="/${it}">${it}</a>`).join(' ')}`,
        );
    response.setHeader('content-disposition', 'attachment; filename="a.txt"');
    if (url === '/file-empty') return void response.end();
    if (url === '/file-large') return void response.end('0123456789'.repeat(1_000_000));
    if (url === '/file') return void response.end('down'.repeat(500_000));
    response.setHeader('content-length', '2000000').write('half'.repeat(50_000));
    if (url === '/file-broken') setTimeout(() => response.destroy(), 300);
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});

test.afterAll(() => {
  site.closeAllConnections();
  site.close();
});

/** Notes what the test sees, for whoever compares. */
async function see(seen: Record<string, unknown>): Promise<void> {
  await test.info().attach('seen', { body: JSON.stringify(seen, undefined, 1) });
}

/** What a call gives, or says that went wrong. */
async function tried(call: () => Promise<unknown>): Promise<unknown> {
  return call().then(
    (result) => result ?? 'done',
    (error: unknown) => String(error).split('\n', 1)[0]?.replaceAll(test.info().outputDir, 'OUT'),
  );
}

async function download(page: Page, name = 'file'): Promise<Download> {
  await page.goto(origin);
  const [begun] = await Promise.all([
    page.waitForEvent('download'),
    page.getByText(name, { exact: true }).click(),
  ]);
  return begun;
}

/** Where the file is, without what differs from run to run. */
async function pathOf(it: Download): Promise<unknown> {
  const path = await tried(() => it.path());
  if (typeof path !== 'string' || !existsSync(path)) return path;
  const folder = relative(test.info().project.outputDir, dirname(path));
  return [folder.replace(/\d+(\/traces)?$/, 'N'), readFileSync(path).length];
}

async function lengthOf(it: Download): Promise<number> {
  let length = 0;
  for await (const chunk of await it.createReadStream()) length += (chunk as Buffer).length;
  return length;
}

test('a download is saved, read and deleted', async ({ page }, info) => {
  const it = await download(page);
  const seen: Record<string, unknown> = {
    url: it.url().replace(origin, ''),
    name: it.suggestedFilename(),
    isOfPage: it.page() === page,
    path: await pathOf(it),
    isSamePath: (await it.path()) === (await it.path()),
    failure: await it.failure(),
    length: await lengthOf(it),
  };
  for (const name of ['a/one.txt', 'two.txt'])
    seen[name] = [
      await tried(() => it.saveAs(info.outputPath(name))),
      readFileSync(info.outputPath(name)).length,
    ];
  const path = await it.path();
  seen['delete'] = await tried(() => it.delete());
  seen['isLeft'] = existsSync(path);
  for (const call of ['path', 'failure', 'createReadStream', 'delete', 'cancel'] as const)
    seen[`${call} afterwards`] = await tried(() => it[call]());
  seen['saveAs afterwards'] = await tried(() => it.saveAs(info.outputPath('three.txt')));
  await see(seen);
});

test('several downloads at once', async ({ page }) => {
  await page.goto(origin);
  const begun: Download[] = [];
  page.on('download', (it) => begun.push(it));
  await page.evaluate(() => {
    for (let n = 0; n < 3; n++) document.querySelector('a')?.click();
  });
  await expect.poll(() => begun.length).toBeGreaterThan(0);
  const first = await begun[0]?.path();
  await see({ isThere: existsSync(first ?? '') });
});

test('downloads of all kinds of pages', async ({ browser, page }) => {
  const seen: Record<string, unknown> = {
    empty: await pathOf(await download(page, 'file-empty')),
    large: await pathOf(await download(page, 'file-large')),
  };
  await page.goto(`${origin}/xml`);
  const [ofXml] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
  seen['ofXml'] = await pathOf(ofXml);
  const left = pathOf(await download(page, 'file-large'));
  await page.reload();
  seen['left'] = await left;
  const scriptless = await browser.newPage({ javaScriptEnabled: false });
  seen['scriptless'] = await pathOf(await download(scriptless));
  await scriptless.close();
  await see(seen);
});

test('a context is closed', async ({ browser }, info) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const [done, running] = [await download(page), await download(page, 'file-endless')];
  const path = await done.path();
  const waiting = tried(() => running.path());
  await context.close();
  const seen: Record<string, unknown> = { isLeft: existsSync(path), waiting: await waiting };
  for (const [name, it] of Object.entries({ done, running }))
    for (const call of ['path', 'failure', 'createReadStream', 'delete', 'cancel'] as const)
      seen[`${call} of ${name}`] = await tried(() => it[call]());
  seen['saveAs'] = await tried(() => done.saveAs(info.outputPath('late.txt')));
  await see(seen);
});

for (const end of ['broken', 'cancelled'] as const)
  test(`a download is ${end}`, async ({ page }, info) => {
    const it = await download(page, end === 'broken' ? 'file-broken' : 'file-endless');
    const seen: Record<string, unknown> = {};
    const early = tried(() => it.saveAs(info.outputPath('early.txt')));
    if (end === 'cancelled') seen['cancel'] = await tried(() => it.cancel());
    seen['early'] = await early;
    for (const call of ['failure', 'path', 'createReadStream', 'cancel', 'delete'] as const)
      seen[call] = await tried(() => it[call]());
    seen['saveAs'] = await tried(() => it.saveAs(info.outputPath('late.txt')));
    await see(seen);
  });

test('downloads are not accepted', async ({ browser }, info) => {
  const page = await browser.newPage({ acceptDownloads: false });
  const it = await download(page);
  const seen: Record<string, unknown> = {};
  for (const call of ['failure', 'path', 'createReadStream', 'cancel', 'delete'] as const)
    seen[call] = await tried(() => it[call]());
  seen['saveAs'] = await tried(() => it.saveAs(info.outputPath('late.txt')));
  await page.close();
  await see(seen);
});

test('the line of a failed download is the one of the test', async ({ page }) => {
  const it = await download(page, 'file-endless');
  await it.cancel();
  const stack = await it.path().catch((error: unknown) => (error as Error).stack);
  await see({
    frames: stack?.match(/^ +at .*$/gm)?.map((line) => line.replace(/^.*[\\/]|\)$/g, '')),
  });
});

test.describe('locator handlers', () => {
  const OVERLAY = `<button onclick="document.title += 'B'">Go</button>
    <div id=over style="position:fixed;inset:0">over</div>`;
  const hide = (page: Page): Promise<void> =>
    page.evaluate(() => document.querySelector('#over')?.remove());

  test('an action waits for their end', async ({ page }) => {
    await page.setContent(OVERLAY);
    const order: string[] = [];
    await page.addLocatorHandler(page.locator('#over'), async () => {
      order.push('begins');
      await page.waitForTimeout(500);
      order.push('hides');
      await hide(page);
      await page.waitForTimeout(500);
      order.push('ends');
    });
    await page.getByText('Go').click();
    order.push('clicked');
    await see({ order, title: await page.title() });
  });

  test('times, noWaitAfter and removal', async ({ page }) => {
    await page.setContent(OVERLAY);
    const calls = { times: 0, noWaitAfter: 0, removed: 0 };
    await page.addLocatorHandler(
      page.locator('#over'),
      async () => {
        calls.times++;
      },
      {
        times: 2,
        noWaitAfter: true,
      },
    );
    const clicked = [await tried(() => page.getByText('Go').click({ timeout: 1_000 }))];
    const over = page.locator('#over');
    await page.addLocatorHandler(
      over,
      async () => {
        calls.noWaitAfter++;
        if (calls.noWaitAfter === 2) await hide(page);
      },
      { noWaitAfter: true },
    );
    clicked.push(await tried(() => page.getByText('Go').click({ timeout: 20_000 })));
    await page.removeLocatorHandler(over);
    await page.setContent(OVERLAY);
    await page.addLocatorHandler(over, async () => {
      calls.removed++;
    });
    await page.removeLocatorHandler(over);
    clicked.push(await tried(() => page.getByText('Go').click({ timeout: 1_000 })));
    await see({ calls, clicked });
  });
});

test('the requests of a context end with dispose()', async ({ browser }) => {
  const answers = new Set<unknown>();
  for (let n = 0; n < 10; n++) {
    const context = await browser.newContext();
    await context.request.dispose();
    answers.add(await tried(async () => (await context.request.get(origin)).status()));
    await context.close();
  }
  await see({ answers: [...answers] });
});

test('what a page asks of its test, the test alone answers', async ({ page, context }, info) => {
  const seen: Record<string, unknown> = {};
  page.on('dialog', async (dialog) => {
    await page.waitForTimeout(200).catch(() => undefined);
    await dialog.accept('given');
  });
  await page.goto(origin);
  seen['dialog'] = await page.evaluate(() => [confirm('sure?'), prompt('what?')]);
  page.removeAllListeners('dialog');
  seen['unanswered'] = await page.evaluate(() => [confirm('sure?'), prompt('what?')]);
  await page.setContent('<input type=file multiple>');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('input')]);
  await chooser.setFiles([{ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('sent') }]);
  seen['files'] = await page.evaluate(async () => {
    return document.querySelector('input')?.files?.[0]?.text();
  });
  const bound: unknown[] = [];
  await context.exposeBinding('bound', async ({ page: of }, ...args: unknown[]) => {
    bound.push(of === page, ...args);
    await of.waitForTimeout(100);
    return 'answer';
  });
  await page.exposeFunction('sum', (one: number, other: number) => one + other);
  seen['bound'] = await page.evaluate('Promise.all([bound(1, "a"), sum(2, 3)])');
  seen['calls'] = bound;
  await context.route('**/routed', async (route) => {
    await page.waitForTimeout(100);
    await route.fallback({ headers: { ...route.request().headers(), 'x-routed': '1' } });
  });
  await page.route('**/routed', async (route) => route.fallback(), { times: 1 });
  await page.route('**/routed', async (route) => {
    await route.fulfill({ status: 201, body: 'routed' });
  });
  await page.goto(origin);
  seen['routed'] = await page.evaluate(async () => {
    const answer = await fetch('/routed');
    return [answer.status, await answer.text()];
  });
  await page.routeWebSocket('ws://socket.test/', (socket) => {
    socket.onMessage((message) => socket.send(`echo ${String(message)}`));
  });
  seen['socket'] = await page.evaluate(async () => {
    const socket = new WebSocket('ws://socket.test/');
    socket.onopen = () => socket.send('hello');
    return new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
  });
  await page.clock.install({ time: 0 });
  await page.goto(origin);
  await page.evaluate(() => setTimeout(() => (document.title = `at ${Date.now()}`), 60_000));
  await page.clock.pauseAt(30_000);
  await page.clock.runFor(30_000);
  seen['clock'] = await page.title();
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(() => void window.open('about:blank')),
  ]);
  seen['popup'] = [popup.url(), (await popup.opener()) === page, context.pages().length];
  await popup.close();
  await context.tracing.startChunk({ title: 'mine' }).catch(() => undefined);
  const messages: string[] = [];
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(error.message));
  await page.evaluate(() => {
    console.log('one', 2, { three: 3 });
    queueMicrotask(() => {
      throw new Error('thrown');
    });
  });
  await expect.poll(() => messages.length).toBe(2);
  seen['messages'] = messages;
  seen['har'] = await tried(async () => {
    await page.routeFromHAR(info.outputPath('a.har'), { update: true, url: '**/*' });
  });
  await see(seen);
});

test('traces, videos and pauses of a test', async ({ browser }, info) => {
  const context = await browser.newContext();
  await context.tracing.start({ snapshots: true, screenshots: true, sources: true });
  const page = await context.newPage();
  await page.goto(origin);
  await context.tracing.stop({ path: info.outputPath('mine.zip') });
  const harContext = await browser.newContext({ recordHar: { path: info.outputPath('b.har') } });
  await (await harContext.newPage()).goto(origin);
  await harContext.close();
  const har = JSON.parse(readFileSync(info.outputPath('b.har'), 'utf8')) as {
    log: { entries: { request: { url: string } }[] };
  };
  const paused = await tried(() => page.pause());
  const reason = tried(() => page.waitForSelector('h6'));
  await context.close({ reason: 'by the test' });
  await see({
    isTraced: readFileSync(info.outputPath('mine.zip')).length > 1_000,
    har: har.log.entries.map(({ request }) => request.url.replace(origin, '')),
    paused,
    reason: await reason,
  });
});
