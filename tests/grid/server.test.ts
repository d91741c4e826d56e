/** A session server whose browsers are on a Grid: starts that are given up, its command and its death, and what is said when something is wrong. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { LocalGrid } from '../../scripts/lib/grid.mjs';
import { withDeadline } from '../../src/base/deadline';
import { SessionsClient } from '../../src/client/index';
import { startServer } from '../../src/server/session-server';
import type { GridSettings } from '../../src/browser/grid/grid';
import { serve } from '../e2e/support/serve-process';
import { eventually } from '../eventually';
import { everySlotIsFree, openGrid, SLOW_MS } from './grid';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
/** How long 32 sessions may take, in milliseconds: some 3 s each on two processors, with four at a time. */
const MANY_MS = 900_000;
const HIDDEN_NAME = 'http://grid.internal:4444';
const credentials = { authorization: `Basic ${Buffer.from('ada:hunter2').toString('base64')}` };

async function withServer(
  grid: GridSettings,
  work: (client: SessionsClient) => Promise<void>,
): Promise<void> {
  const server = await startServer({
    grid,
    recording: 'on-demand',
    networkLog: 'on-demand',
  });
  const client = new SessionsClient({
    apiUrl: server.url,
    apiKey: server.apiKey,
    retries: 0,
    timeout: MANY_MS, // as it is the limit of each try, too
  });
  try {
    await work(client);
  } finally {
    await client.close();
    await server.close();
  }
}

describe('a Grid with two nodes', () => {
  let grid: LocalGrid;
  beforeAll(async () => {
    grid = await openGrid();
  });
  afterAll(async () => {
    await grid.close();
  });

  test('a cancelled start leaves neither a request in the queue nor a session', async () => {
    await withServer(grid, async (client) => {
      const held = await Promise.all([1, 2, 3, 4].map(() => client.start({})));
      await expect(client.start({ startTimeout: 2_000 })).rejects.toMatchObject({
        code: 'api_unreachable',
      });
      await eventually(async () => expect(await queueOf(grid)).toEqual([]));
      await Promise.all(held.map((session) => session.stop()));
      await everySlotIsFree(grid);
      await delay(1_000); // a request that was still there would have its session by now
      expect(await grid.usedSlots()).toBe(0);
    });
  });

  test(
    '32 sessions asked for at once on 4 slots: all are served in turn, none is lost',
    async () => {
      await withServer(grid, async (client) => {
        const useOne = async (): Promise<string> => {
          const session = await client.start({ startTimeout: MANY_MS });
          expect(await session.cookies()).toEqual([]); // its browser answers
          await session.stop();
          return session.id;
        };
        const ids = await Promise.all(Array.from({ length: 32 }, useOne));
        expect(new Set(ids).size).toBe(32);
        await everySlotIsFree(grid);
        expect(await queueOf(grid)).toEqual([]);
      });
    },
    MANY_MS + 60_000,
  );

  test('serve: clients connect over CDP and Playwright; after a kill, reap ends its session', async () => {
    const temp = await mkdtemp(join(tmpdir(), 'sw-grid-'));
    const env = { TMPDIR: temp, SELENIUM_REMOTE_URL: '' };
    const server = await serve(
      ['--data-dir', join(temp, 'data'), '--backend', 'grid', '--grid-url', grid.url],
      env,
    );
    const { body } = await server.call('POST', '/sessions/start', { body: {} });
    const { cdp_url: cdpUrl, playwright_url: playwrightUrl } = body as Record<string, string>;
    for (const browser of [
      await chromium.connectOverCDP(cdpUrl ?? ''),
      await chromium.connect(playwrightUrl ?? ''),
    ]) {
      const page = await browser.newPage();
      await page.setContent('<a download="a.txt" href="data:text/plain,down">There</a>');
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('a')]);
      const path = join(temp, 'a.txt');
      await download.saveAs(path);
      expect(await readFile(path, 'utf8')).toBe('down');
      await browser.close();
    }
    expect(await grid.usedSlots()).toBe(1);
    await server.end('SIGKILL');
    const reap = spawn(process.execPath, [CLI, 'reap'], { env: { ...process.env, ...env } });
    let said = '';
    reap.stdout.on('data', (text: Buffer) => (said += text.toString()));
    await once(reap, 'exit');
    expect(said).toMatch(new RegExp(`session \\S+ at ${grid.url} was|were stopped`));
    await everySlotIsFree(grid);
    await rm(temp, { recursive: true, force: true, maxRetries: 10 });
  });

  test.each([
    ['firefox', { grid: { capabilities: { browserName: 'firefox' } } }],
    ['MicrosoftEdge', { channel: 'msedge' }],
  ])('a browser that the Grid has not (%s): what is waited for is said', async (name, options) => {
    const server = await startServer({
      ...options,
      grid: { url: grid.url, ...('grid' in options ? options.grid : {}) },
    });
    onTestFinished(async () => server.close());
    const client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
    onTestFinished(async () => client.close());
    const start = client.start({ startTimeout: 8_000 });
    start.catch(() => undefined);
    await eventually(async () =>
      expect(await server.waitingFor()).toBe(
        `no node of the Grid offers ${name} (they offer chrome), 1 waits`,
      ),
    );
    await expect(start).rejects.toMatchObject({ code: 'api_unreachable' });
  });

  test('options that a Grid does not support are refused by name', async () => {
    await withServer(grid, async (client) => {
      await expect(client.start({ profile: { id: 'p' } })).rejects.toThrow(
        /profile: .*Selenium Grid, which keeps no profiles/,
      );
      const proxies = [
        { type: 'external' as const, server: 'http://p:1', username: 'u', password: 'hunter2' },
      ];
      await expect(client.start({ proxies })).rejects.toThrow(/username: .*cannot sign in/);
    });
  });
});

describe('a Grid with a password, a short session timeout, and a host name of its own network', () => {
  let grid: LocalGrid;
  beforeAll(async () => {
    grid = await openGrid({
      nodes: 1,
      hubArgs: ['--username', 'ada', '--password', 'hunter2'],
      nodeArgs: ['--session-timeout', '10', '--grid-url', HIDDEN_NAME],
      headers: credentials,
    });
  });
  afterAll(async () => {
    await grid.close();
  });

  test('the password is required, and never shown; the session is kept alive', async () => {
    await withServer({ url: grid.url }, async (client) => {
      const refused: unknown = await client.start({}).catch((error: unknown) => error);
      expect(String(refused)).toMatch(/refused with 401.*SELENIUM_REMOTE_HEADERS/);
    });
    const url = grid.url.replace('//', '//ada:hunter2@');
    for (const settings of [{ url }, { url: grid.url, headers: credentials }])
      await withServer(settings, async (client) => {
        const session = await client.start({});
        await session.execute({ type: 'evaluate_js', code: "document.title = 'kept'" });
        await delay(15_000); // longer than the Grid waits for a command
        const answer = session.execute({ type: 'evaluate_js', code: 'document.title' });
        const kept = await withDeadline(answer, SLOW_MS, () => new Error('The session is gone.'));
        expect(kept.data?.markdown).toBe('kept');
        expect(JSON.stringify([session.info, await session.debugInfo()])).not.toContain('hunter2');
        await session.stop();
      });
    await everySlotIsFree(grid);
  });
});

test('servers that are not a Grid', async () => {
  const page = createServer((_, response) => response.end('<h1>It works!</h1>')).listen(0);
  const url = `http://me:hunter2@127.0.0.1:${(page.address() as AddressInfo).port}`;
  await withServer({ url }, async (client) => {
    const error: unknown = await client.start({}).catch((it: unknown) => it);
    expect(String(error)).toContain('no Selenium Grid answers at this URL');
    expect(String(error)).not.toContain('hunter2');
  });
  page.close();
  await once(page, 'close');
  await withServer({ url }, async (client) => {
    await expect(client.start({})).rejects.toThrow(/gave no answer to GET \/status: ECONNREFUSED/);
  });
});

async function queueOf({ url }: LocalGrid): Promise<unknown> {
  const answer = await fetch(`${url}/se/grid/newsessionqueue/queue`);
  return ((await answer.json()) as { value: unknown }).value;
}
