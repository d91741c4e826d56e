/** A proxy that the environment names: when it does not do its part, what is told comes in time, says what to correct, and no password; when it does, the way through it is for nobody else. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer, type ClientOptions } from 'ws';
import { reach } from '../../../src/client/reach';
import { SessionsClient } from '../../../src/client/index';
import type { SessionwrightError } from '../../../src/contract/errors';
import { startMandatoryProxy, type MandatoryProxy } from '../../mandatory-proxy';

const TIMEOUT_MS = 500;

let proxy: MandatoryProxy;

beforeEach(async () => {
  proxy = await startMandatoryProxy(9);
  vi.stubEnv('no_proxy', '');
  use(proxy.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
});

function use(url: string): void {
  vi.stubEnv('http_proxy', url);
  vi.stubEnv('https_proxy', url);
}

async function failureOf(work: Promise<unknown>): Promise<SessionwrightError> {
  const error = await work.then(
    () => expect.fail('it worked'),
    (reason: unknown) => reason as SessionwrightError,
  );
  const causes = [error.cause, (error.cause as Error | undefined)?.cause];
  expect(`${error.stack ?? ''} ${causes.map(String).join(' ')}`).not.toContain('secret');
  return error;
}

describe('a WebSocket', () => {
  test.each<[what: string, prepare: () => void, reason: RegExp]>([
    [
      'a proxy that hangs',
      () => proxy.refuse(0),
      /no answer within 500 ms\. Check the proxy .*NO_PROXY/,
    ],
    [
      'a proxy that wants another password',
      () => use(proxy.url.replace('someone', 'other')),
      /answered 407\. Correct the proxy's user name and password.*NO_PROXY/,
    ],
    ['a proxy that refuses', () => proxy.refuse(403), /answered 403\. Have it let .*NO_PROXY/],
    [
      'a proxy that is not there',
      () => use('http://someone:proxy-secret@127.0.0.1:9'),
      /connect ECONNREFUSED 127\.0\.0\.1:9\. Check the proxy .*NO_PROXY/,
    ],
  ])('%s', async (_what, prepare, reason) => {
    prepare();
    const url = 'wss://sessions.invalid/cdp?token=url-secret';
    const error = await failureOf(reach(url, TIMEOUT_MS));
    expect(error.code).toBe('cdp_closed');
    expect(error.message).toMatch(
      /^Could not connect to wss:\/\/sessions\.invalid through the proxy 127\.0\.0\.1:\d+: /,
    );
    expect(error.message).toMatch(reason);
    await expect.poll(() => proxy.open()).toBe(0);
  });

  test('without TLS it is reached straight when the proxy lets nothing through to its port', async () => {
    proxy.refuse(403);
    const url = 'ws://sessions.invalid:8484/cdp?token=url-secret';
    expect(await reach(url, TIMEOUT_MS)).toBe(url);
  });

  test.each(['ws://127.0.0.1:1/cdp', 'wss://localhost/cdp'])(
    'on this machine it is reached straight: %s',
    async (url) => {
      expect(await reach(url, TIMEOUT_MS)).toBe(url);
      expect(proxy.asked).toEqual([]);
    },
  );
});

describe('the port of a tunnel', () => {
  const URL_OF_SESSION = 'ws://sessions.invalid/cdp?token=url-secret';
  /** What those who got to the endpoint asked for. */
  let arrived: { url: string | undefined; host: string | undefined }[];
  let endpoint: WebSocketServer;

  beforeEach(async () => {
    arrived = [];
    endpoint = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    endpoint.on('connection', (socket, { url, headers }) => {
      arrived.push({ url, host: headers.host });
      socket.on('message', (data) => socket.send(data));
    });
    await once(endpoint, 'listening');
    await proxy.close();
    proxy = await startMandatoryProxy((endpoint.address() as AddressInfo).port);
    use(proxy.url);
  });
  afterEach(() => endpoint.close());

  test('lets nobody through but who was told its URL, for whom it waits meanwhile', async () => {
    const near = await reach(URL_OF_SESSION, 60_000);
    const { host, port } = new URL(near);
    const silent = connect(Number(port), '127.0.0.1');
    await once(silent, 'connect');
    for (const path of ['/', '/cdp?token=url-secret', '/another-token/cdp?token=url-secret'])
      expect(await openingOf(`ws://${host}${path}`)).toBe(404);
    expect(await openingOf(near, { origin: 'https://page.test' })).toBe(404);
    expect(await statusOf(`http://${host}/`)).toBe(404);
    expect(await statusOf(near.replace('ws:', 'http:'))).toBe(404); // no WebSocket
    expect(arrived).toEqual([]);

    const socket = new WebSocket(near);
    await once(socket, 'open');
    socket.send('one');
    expect(String((await once(socket, 'message'))[0])).toBe('one');
    expect(arrived).toEqual([{ url: '/cdp?token=url-secret', host: 'sessions.invalid' }]);
    if (!silent.closed) await once(silent, 'close');
    expect(await openingOf(near)).toBe('ECONNREFUSED');
    socket.close();
    await expect.poll(() => proxy.open()).toBe(0);
  });

  test('is gone, and the way with it, when nobody comes in time, though somebody else holds on to it', async () => {
    const near = await reach(URL_OF_SESSION, 2_000);
    const silent = connect(Number(new URL(near).port), '127.0.0.1');
    await once(silent, 'close');
    await expect.poll(() => proxy.open()).toBe(0);
    expect(await openingOf(near)).toBe('ECONNREFUSED');
    expect(arrived).toEqual([]);
  });

  async function statusOf(url: string): Promise<number | undefined> {
    const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
    return answer.resume().statusCode;
  }

  /** What comes of a WebSocket: 'open', the status by which it is refused, or the code of the error. */
  async function openingOf(
    url: string,
    options: ClientOptions = {},
  ): Promise<string | number | undefined> {
    const socket = new WebSocket(url, options);
    const outcome = await new Promise<string | number | undefined>((resolve) => {
      socket.once('open', () => resolve('open'));
      socket.once('unexpected-response', (_, answer) => resolve(answer.statusCode));
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    });
    socket.terminate();
    return outcome;
  }
});

describe('a call of the API', () => {
  let client: SessionsClient;
  beforeEach(() => {
    client = new SessionsClient({
      apiUrl: 'https://sessions.invalid',
      apiKey: 'key',
      retryDelay: 1,
    });
  });
  afterEach(async () => client.close());

  test('is not repeated when the proxy wants another password, and no session may be left', async () => {
    use(proxy.url.replace('someone', 'other'));
    const warned = vi.fn();
    process.on('warning', warned);
    const error = await failureOf(client.start());
    expect(error.code).toBe('proxy_refused');
    expect(error.message).toMatch(
      /^Could not start a session: POST \/sessions\/start on https:\/\/sessions\.invalid: the proxy 127\.0\.0\.1:\d+ answered 407\. Correct /,
    );
    expect(proxy.asked).toHaveLength(1);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });

  test('is repeated when the proxy cannot reach the API', async () => {
    proxy.refuse(502);
    const error = await failureOf(client.status('one'));
    expect(error).toMatchObject({ code: 'api_unreachable', maybeReceived: false });
    expect(error.message).toContain('answered 502');
    expect(proxy.asked.length).toBeGreaterThan(1);
  });

  test('names a proxy that is not there', async () => {
    use('http://someone:proxy-secret@127.0.0.1:9');
    const error = await failureOf(client.status('one'));
    expect(error.message).toContain(
      'it is not reachable through the proxy 127.0.0.1:9 (ECONNREFUSED)',
    );
  });
});
