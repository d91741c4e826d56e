/** A proxy that the environment names and that does not do its part: what is told comes in time, says what to correct, and no password. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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
    ['a proxy that hangs', () => proxy.refuse(0), /no answer within 500 ms\.$/],
    [
      'a proxy that wants another password',
      () => use(proxy.url.replace('someone', 'other')),
      /answered 407\. Correct the proxy's user name and password.*NO_PROXY/,
    ],
    ['a proxy that refuses', () => proxy.refuse(403), /answered 403\. Have it let .*NO_PROXY/],
    [
      'a proxy that is not there',
      () => use('http://someone:proxy-secret@127.0.0.1:9'),
      /connect ECONNREFUSED 127\.0\.0\.1:9\.$/,
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

describe('a call of the API', () => {
  let client: SessionsClient;
  beforeEach(() => {
    client = new SessionsClient({
      apiUrl: 'https://sessions.invalid',
      apiKey: 'key',
      retryDelayMs: 1,
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
