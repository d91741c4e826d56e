/** Browsers of a provider, on a fake cloud with real Chromiums: starts, failures, ends, and the ledger. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  ProviderBrowsers,
  type ProviderSettings,
} from '../../../src/browser/provider/provider-browsers';
import type { BrowserProvider } from '../../../src/browser/provider/types';
import type { BrowserLedger, RemoteBrowser } from '../../../src/browser/remote-browsers';
import { SessionsClient } from '../../../src/client/index';
import { RateLimitError } from '../../../src/contract/errors';
import { startSessionServer } from '../../../src/server/index';
import { eventually } from '../../eventually';
import { CLOUD_KEY, FakeCloud, PROVIDER } from '../../fake-cloud';

const REQUEST = { headless: true, windowSize: { width: 800, height: 600 }, maxDurationMs: 600_000 };

let cloud: FakeCloud;
let opened: ProviderBrowsers[];
let ledger: BrowserLedger & { open: Map<string, string | undefined> };
let left: string[];

beforeEach(async () => {
  cloud = await FakeCloud.open();
  Object.assign(process.env, cloud.env);
  opened = [];
  left = [];
  const open = new Map<string, string | undefined>();
  ledger = {
    open,
    started: async ({ sessionId, browserId }) => void open.set(sessionId, browserId),
    stopped: async (mark) => void open.delete(mark),
  };
});

afterEach(async () => {
  await Promise.all(opened.map(async (it) => it.close()));
  await cloud.close();
  for (const name of ['FAKE_CLOUD_URL', 'FAKE_CLOUD_KEY'])
    Reflect.deleteProperty(process.env, name);
});

async function fakeProvider(options = {}): Promise<BrowserProvider> {
  const url = `data:text/javascript,${encodeURIComponent(PROVIDER)}`;
  const { default: make } = (await import(url)) as {
    default: (options: object) => BrowserProvider;
  };
  return make(options);
}

async function browsersOf(settings: Partial<ProviderSettings> = {}): Promise<ProviderBrowsers> {
  const provider = settings.provider ?? (await fakeProvider());
  const onLeft = (message: string): void => void left.push(message);
  const browsers = new ProviderBrowsers({ ledger, onLeft, ...settings, provider });
  opened.push(browsers);
  return browsers;
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const never = new AbortController().signal;
const versionOf = async ({ connection }: RemoteBrowser): Promise<string> =>
  (await connection.send('Browser.getVersion')).product;

test('a browser starts with its mark, is connected with its headers, and is stopped', async () => {
  const browsers = await browsersOf();
  const browser = await browsers.open(REQUEST, never);
  expect(await versionOf(browser)).toMatch(/Chrome/);
  const [running] = cloud.browsers.values();
  expect(running?.request).toMatchObject({
    headless: true,
    viewport: { width: 800, height: 600 },
    maxDurationMs: 600_000,
  });
  expect([...ledger.open]).toEqual([[running?.mark, running?.id]]);
  await browser.close();
  await browser.close();
  expect(cloud.browsers.size).toBe(0);
  expect(cloud.count(/DELETE/)).toBe(1);
  expect(ledger.open.size).toBe(0);
});

test('the entry in the ledger is written before the start', async () => {
  const marks: string[] = [];
  const provider: BrowserProvider = {
    name: 'checks',
    start: async ({ mark }) => {
      marks.push(mark);
      expect(ledger.open.has(mark)).toBe(true);
      throw Object.assign(new Error('full'), { retryAfterMs: 50 });
    },
  };
  await failureOf((await browsersOf({ provider })).open(REQUEST, never));
  expect(marks).toHaveLength(1);
  await eventually(() => expect(ledger.open.size).toBe(0));
});

test('a lost connection ends the browser, and stops it', async () => {
  const browser = await (await browsersOf()).open(REQUEST, never);
  cloud.cut();
  await browser.exited;
  await eventually(() => expect(cloud.browsers.size).toBe(0));
  await eventually(() => expect(ledger.open.size).toBe(0));
});

test('an error with retryAfterMs is a rate limit', async () => {
  cloud.capacity = 0;
  const error = await failureOf((await browsersOf()).open(REQUEST, never));
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error).toMatchObject({ retryAfter: 1000 });
  expect(String(error)).toContain('the provider "fake cloud" has no browser now');
  expect(cloud.count(/POST/)).toBe(1);
});

test('a failed start and a dead URL are tried again, and leave nothing', async () => {
  cloud.badStarts.push('refuses', 'dead url');
  const browser = await (await browsersOf()).open(REQUEST, never);
  expect(await versionOf(browser)).toMatch(/Chrome/);
  expect(cloud.count(/POST/)).toBe(3);
  await eventually(() => expect(cloud.browsers.size).toBe(1));
  await browser.close();
  expect(ledger.open.size).toBe(0);
});

test('after the last try the error names the provider, the tries and its message, but no key', async () => {
  cloud.badStarts.push('refuses', 'refuses', 'refuses');
  const error = await failureOf((await browsersOf()).open(REQUEST, never));
  expect(error).toMatchObject({ code: 'provider_failed' });
  expect(String(error)).toContain(
    'The provider "fake cloud" could not start a browser (tried 3 times): POST /browsers was answered with 500: {"error":"no luck"}',
  );
  expect(String(error)).not.toContain(CLOUD_KEY);
  await eventually(() => expect(ledger.open.size).toBe(0));
});

test('secret options are taken out of the message', async () => {
  const provider: BrowserProvider = {
    name: 'talks',
    start: async () => Promise.reject(new Error('wrong apiKey abcdef-123 at wss://u:p@x/?token=t')),
  };
  const options = { account: { apiKey: 'abcdef-123' } };
  const error = await failureOf((await browsersOf({ provider, options })).open(REQUEST, never));
  expect(String(error)).toContain('wrong apiKey [redacted] at wss://x/?token=[redacted]');
});

test.each([
  ['no object', null, 'start() returned no id'],
  ['no URL', { id: 'a' }, 'start() returned no cdpUrl'],
  ['a wrong URL', { id: 'a', cdpUrl: 'https://x?key=k' }, 'but with "https://"'],
  ['wrong headers', { id: 'a', cdpUrl: 'ws://x', headers: { a: 1 } }, 'headers that are not texts'],
])('an answer with %s is refused at once, and stopped', async (_, answer, message) => {
  const stopped: string[] = [];
  const start = async (): Promise<never> => Promise.resolve(answer as never);
  const provider = { name: 'odd', start, stop: async (id: string) => void stopped.push(id) };
  const error = await failureOf((await browsersOf({ provider })).open(REQUEST, never));
  expect(error).toMatchObject({ code: 'provider_unusable' });
  expect(String(error)).toContain('The provider "odd" is not usable: ');
  expect(String(error)).toContain(message);
  await eventually(() => expect(stopped).toEqual(answer === null ? [] : ['a']));
  await eventually(() => expect(ledger.open.size).toBe(0));
});

test('a start that hangs is tried again; its browser is stopped if it appears later', async () => {
  cloud.badStarts.push('answers late');
  const provider = await fakeProvider();
  const deaf: BrowserProvider = { ...provider, start: async (it) => provider.start(it, never) };
  const browsers = await browsersOf({ provider: deaf, startMs: 1_500 });
  const browser = await browsers.open(REQUEST, never);
  expect(cloud.browsers.size).toBe(2);
  await eventually(() => expect(cloud.browsers.size).toBe(1));
  await browser.close();
  await browsers.close();
  expect(cloud.browsers.size).toBe(0);
  expect(ledger.open.size).toBe(0);
});

test('a start that its caller leaves throws at once, and its browser is stopped', async () => {
  cloud.badStarts.push('answers late');
  const browsers = await browsersOf();
  const leaving = new AbortController();
  const open = failureOf(browsers.open(REQUEST, leaving.signal));
  await eventually(() => expect(cloud.browsers.size).toBe(1));
  expect(await browsers.waitingFor()).toBe('the provider "fake cloud" is starting a browser');
  leaving.abort(new Error('left'));
  expect(await open).toMatchObject({ message: 'left' });
  await browsers.close();
  expect(cloud.browsers.size).toBe(0);
  expect(ledger.open.size).toBe(0);
});

test('a stop that fails is tried again', async () => {
  const browser = await (await browsersOf()).open(REQUEST, never);
  cloud.failingStops = 2;
  await browser.close();
  expect(cloud.browsers.size).toBe(0);
  expect(cloud.count(/DELETE/)).toBe(3);
  expect(left).toEqual([]);
  expect(ledger.open.size).toBe(0);
});

test('a failed stop of a browser that is gone is good', async () => {
  const browser = await (await browsersOf()).open(REQUEST, never);
  const [id = ''] = cloud.browsers.keys();
  cloud.failingStops = 100;
  await cloud.end(id);
  await browser.close();
  expect(ledger.open.size).toBe(0);
});

test('without stop, closing the connection is all', async () => {
  const provider = await fakeProvider({ without: ['stop', 'list'] });
  const browser = await (await browsersOf({ provider })).open(REQUEST, never);
  await browser.close();
  expect(cloud.count(/DELETE|GET/)).toBe(0);
  expect(ledger.open.size).toBe(0);
});

test('a WebSocket that is no CDP endpoint is named', async () => {
  const echo = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(echo, 'listening');
  echo.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => socket.send(data.toString())),
  );
  const { port } = echo.address() as AddressInfo;
  const start = async () => ({ id: 'a', cdpUrl: `ws://127.0.0.1:${port}` });
  const error = await failureOf(
    (await browsersOf({ provider: { name: 'echo', start } })).open(REQUEST, never),
  );
  expect(String(error)).toContain(`127.0.0.1:${port} is a WebSocket, but not a CDP endpoint`);
  echo.close();
});

test('a session server takes a provider, and stops its browsers', async () => {
  const server = await startSessionServer({ provider: await fakeProvider(), apiKey: 'key' });
  const client = new SessionsClient({ apiUrl: server.url, apiKey: 'key', handleSignals: false });
  const session = await client.start();
  expect(cloud.browsers.size).toBe(1);
  expect((await session.status()).status).toBe('active');
  await server.close();
  expect(cloud.browsers.size).toBe(0);
  await client.close();
});
