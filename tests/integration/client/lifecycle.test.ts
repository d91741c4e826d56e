/** The life of a session, as docs/client.md shows it, on a real session server with a real Chromium. */
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { eventually } from '../../eventually';
import {
  SessionsClient,
  type ClientWarning,
  type Cookie,
  type Session,
} from '../../../src/client/index';
import { startSessionServer, type SessionServer } from '../../../src/server/index';
import { errorOf, shown } from './scripted-api';

let server: SessionServer;
let site: Server;
let siteUrl: string;
let folder: string;
let client: SessionsClient;
let warnings: ClientWarning[];

beforeAll(async () => {
  server = await startSessionServer({ recording: 'always', minuteMs: 1_000 });
  site = createServer((_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'visited=yes; Max-Age=3600' })
      .end('<title>Shop</title><h1>Books</h1>'),
  );
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  folder = await mkdtemp(join(tmpdir(), 'sessionwright-client-'));
});
afterAll(async () => {
  await server.close();
  await new Promise((resolve) => site.close(resolve));
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});
beforeEach(() => {
  warnings = [];
  client = new SessionsClient({
    apiUrl: server.url,
    apiKey: server.apiKey,
    onWarning: (warning) => warnings.push(warning),
  });
});
afterEach(async () => {
  await client.close();
  expect((await running()).map(({ id }) => id)).toEqual([]);
});

/** Seen from another client. */
async function running() {
  const other = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  try {
    return (await other.list()).items;
  } finally {
    await other.close();
  }
}

/** Long enough for a test: a minute is a second here. */
const LONG = { idleTimeout: 1_800_000, maxDuration: 86_400_000 };

describe('start and stop', () => {
  test('await using stops the session at the end of the block', async () => {
    let id: string;
    {
      await using session = await client.start(LONG);
      id = session.id;
      expect((await session.status()).status).toBe('active');
      expect((await client.list({ status: 'active' })).items.map((item) => item.id)).toEqual([id]);
    }
    expect((await client.status(id)).status).toBe('closed');
    expect((await client.list({ status: 'closed' })).items.map((item) => item.id)).toContain(id);
  });

  test('an exception stops the session and arrives as it was', async () => {
    let session: Session | undefined;
    const work = async () => {
      await using started = await client.start(LONG);
      session = started;
      throw new RangeError('my own');
    };
    expect(await errorOf(work())).toMatchObject({ name: 'RangeError', message: 'my own' });
    expect((await session?.status())?.status).toBe('closed');
    expect(warnings).toEqual([]);
  });

  test('a session is stopped any number of times, by any client', async () => {
    const session = await client.start(LONG);
    const stopped = await Promise.all([session.stop(), session.stop()]);
    expect(stopped.map(({ status }) => status)).toEqual(['closed', 'closed']);
    await session.stop();
    await client.stop(session.id);
    expect(session.info).toMatchObject({ status: 'closed', closedAt: expect.any(Date) as Date });
    expect(session.info.duration).toBeGreaterThan(0);
  });

  test('a session that timed out can be stopped, and says what happened when it is used', async () => {
    const session = await client.start({ idleTimeout: 60_000, maxDuration: 1_800_000 });
    await eventually(async () => expect((await session.status()).status).toBe('timed_out'));
    expect(await errorOf(session.cookies())).toMatchObject({
      name: 'SessionEndedError',
      status: 'timed_out',
      sessionId: session.id,
    });
    expect(await errorOf(session.page())).toMatchObject({ name: 'SessionEndedError' });
    await session.stop();
  });

  test('options reach the browser', async () => {
    await using session = await client.start({
      ...LONG,
      userAgent: 'Tester/1',
      viewport: { width: 800, height: 600 },
    });
    const page = await session.page();
    expect(await page.evaluate(() => [navigator.userAgent, innerWidth, innerHeight])).toEqual([
      'Tester/1',
      800,
      600,
    ]);
    expect(session.info).toMatchObject({
      userAgent: 'Tester/1',
      viewport: { width: 800, height: 600 },
      idleTimeout: 1_800_000,
    });
  });

  test('what this server cannot do is refused by name', async () => {
    const error = await errorOf(client.start({ proxies: true }));
    expect(error).toMatchObject({ name: 'InvalidRequestError', status: 422 });
    expect(error['issues']).toEqual([expect.objectContaining({ path: 'proxies' })]);
  });
});

describe('a start whose answer is lost', () => {
  test('is repeated, and makes one session', async () => {
    let starts = 0;
    const lossy = createServer((request, response) => {
      const isFirstStart = request.url === '/sessions/start' && ++starts === 1;
      const upstream = forward(
        `${server.url}${request.url ?? ''}`,
        { method: request.method, headers: { ...request.headers, host: new URL(server.url).host } },
        (answer) => {
          if (isFirstStart) response.destroy();
          else answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
        },
      );
      request.pipe(upstream);
    });
    await new Promise<void>((resolve) => lossy.listen(0, '127.0.0.1', resolve));
    {
      await using behind = new SessionsClient({
        apiUrl: `http://127.0.0.1:${(lossy.address() as AddressInfo).port}`,
        apiKey: server.apiKey,
        retryDelay: 10,
        onWarning: (warning) => warnings.push(warning),
      });
      await using session = await behind.start(LONG);
      expect(starts).toBe(2);
      expect((await running()).map(({ id }) => id)).toEqual([session.id]);
    }
    expect(warnings).toEqual([]);
    await new Promise((resolve) => lossy.close(resolve));
  });
});

describe('page', () => {
  test("is the session's own, the same each time, and comes again after it was closed", async () => {
    await using session = await client.start(LONG);
    const [page, same] = await Promise.all([session.page(), session.page()]);
    expect(same).toBe(page);
    await page.goto(siteUrl);
    expect(await page.title()).toBe('Shop');
    expect((await session.debugInfo()).tabs).toEqual([
      expect.objectContaining({ title: 'Shop', url: siteUrl }),
    ]);
    await page.close();
    const next = await session.page();
    await next.goto(siteUrl);
    expect(await next.title()).toBe('Shop');
  });

  test('disconnecting does not end the session', async () => {
    await using session = await client.start(LONG);
    const page = await session.page();
    await page.goto(siteUrl);
    await page.context().browser()?.close();
    expect((await session.status()).status).toBe('active');
    expect((await session.cookies()).map(({ name }) => name)).toEqual(['visited']);
    expect((await session.page()).url()).toBe(siteUrl);
  });
});

describe('connect', () => {
  test('an existing session outlives the object that was connected to it', async () => {
    await using session = await client.start(LONG);
    {
      await using other = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
      await using connected = await other.connect(session.id);
      expect(await (await connected.page()).evaluate(() => 1 + 1)).toBe(2);
    }
    expect((await session.status()).status).toBe('active');
  });

  test('unless asked for otherwise', async () => {
    const session = await client.start(LONG);
    {
      await using connected = await client.connect(session.id, { stopOnDispose: true });
      expect(connected.id).toBe(session.id);
    }
    expect((await session.status()).status).toBe('closed');
  });

  test('an unknown session is not found', async () => {
    const error = await errorOf(client.connect('no-such-session'));
    expect(error).toMatchObject({
      name: 'NotFoundError',
      status: 404,
      path: '/sessions/no-such-session',
    });
    expect(error.message).toContain('no-such-session');
  });
});

describe('cookies', () => {
  const cookie: Cookie = {
    name: 'login',
    value: 'yes',
    domain: '127.0.0.1',
    path: '/',
    httpOnly: true,
    secure: false,
    sameSite: 'Lax',
    expires: Math.floor(Date.now() / 1000) + 3600,
  };

  test('are set and read', async () => {
    await using session = await client.start(LONG);
    await session.setCookies([cookie]);
    expect(await session.cookies()).toEqual([
      expect.objectContaining({ ...cookie, expirationDate: cookie.expires }),
    ]);
  });

  test('are kept in a file from session to session', async () => {
    const cookieFile = join(folder, 'cookies.json');
    {
      await using session = await client.start({ ...LONG, cookieFile });
      const page = await session.page();
      await page.goto(siteUrl);
    }
    expect(JSON.parse(await readFile(cookieFile, 'utf8'))).toEqual([
      expect.objectContaining({
        name: 'visited',
        value: 'yes',
        expirationDate: expect.any(Number) as number,
      }),
    ]);
    {
      await using session = await client.start({ ...LONG, cookieFile });
      expect((await session.cookies()).map(({ name }) => name)).toEqual(['visited']);
    }
    expect(warnings).toEqual([]);
  });

  test('a wrong file is left as it is, and starts nothing', async () => {
    const cookieFile = join(folder, 'wrong.json');
    await writeFile(cookieFile, '[{"name": 1}]');
    expect(await errorOf(client.start({ ...LONG, cookieFile }))).toMatchObject({
      name: 'CookieFileError',
      file: cookieFile,
    });
    expect(await running()).toEqual([]);
    expect(await readFile(cookieFile, 'utf8')).toBe('[{"name": 1}]');
  });

  test('a file that cannot be written does not keep the session from being stopped', async () => {
    const session = await client.start({
      ...LONG,
      cookieFile: join(folder, 'new', 'cookies.json'),
    });
    await session.setCookies([cookie]);
    await writeFile(join(folder, 'new'), ''); // the folder's place is taken by a file
    expect(await errorOf(session.stop())).toMatchObject({
      name: 'CookieFileError',
      code: 'cookie_file_unwritable',
    });
    expect((await session.status()).status).toBe('closed');
  });

  test('that went with a session are a warning', async () => {
    const session = await client.start({
      idleTimeout: 60_000,
      maxDuration: 1_800_000,
      cookieFile: join(folder, 'late.json'),
    });
    await eventually(async () => expect((await session.status()).status).toBe('timed_out'));
    await session.stop();
    expect(warnings).toEqual([
      expect.objectContaining({ code: 'cookies_not_saved', sessionIds: [session.id] }),
    ]);
  });
});

describe('replay', () => {
  test('is there once the session has ended, and is saved as MP4', async () => {
    const session = await client.start(LONG);
    const page = await session.page();
    await page.goto(siteUrl);
    const shownAtMs = Date.now();
    expect(await errorOf(session.replay())).toMatchObject({
      code: 'session_active',
      message: expect.stringContaining('Stop it first') as string,
    });
    const stoppingAtMs = Date.now();
    const { duration: durationMs } = await session.stop();
    const replay = await session.replay();
    expect(replay.videoDuration).toBeGreaterThanOrEqual(stoppingAtMs - shownAtMs);
    expect(replay.videoDuration).toBeLessThanOrEqual(durationMs + 10_000); // the last picture is taken after the end
    const file = join(folder, 'films', 'session.mp4');
    await replay.save(file);
    expect((await stat(file)).size).toBeGreaterThan(1_000);
    expect((await readFile(file)).subarray(4, 8).toString()).toBe('ftyp');
  });
});

test('a wrong key is told, and not shown', async () => {
  const stranger = new SessionsClient({ apiUrl: server.url, apiKey: 'wrong-key-1234' });
  const error = await errorOf(stranger.start());
  await stranger.close();
  expect(error).toMatchObject({
    name: 'AuthenticationError',
    status: 401,
    method: 'POST',
    path: '/sessions/start',
  });
  expect(shown(error)).not.toContain('wrong-key-1234');
});
