/** A WebSocket through a proxy that does not do its part: the error comes in time, and tells no password. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CdpError } from '../../../src/contract/errors';
import { WebSocketTransport } from '../../../src/cdp/web-socket-transport';
import { startMandatoryProxy, type MandatoryProxy } from '../../mandatory-proxy';

let proxy: MandatoryProxy;

beforeEach(async () => {
  proxy = await startMandatoryProxy(9);
  vi.stubEnv('no_proxy', '');
  vi.stubEnv('http_proxy', proxy.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await proxy.close();
});

async function failure(): Promise<CdpError> {
  const url = 'ws://sessions.invalid/cdp?token=url-secret';
  return WebSocketTransport.connect(url, { timeoutMs: 500 }).then(
    () => expect.fail('connected'),
    (error: unknown) => error as CdpError,
  );
}

test.each<[what: string, prepare: () => void, reason: string]>([
  ['it hangs', () => proxy.hang(), 'no answer within 500 ms'],
  [
    'it wants another password',
    () => vi.stubEnv('http_proxy', proxy.url.replace('someone', 'other')),
    'Unexpected server response: 407',
  ],
  [
    'it is not there',
    () => vi.stubEnv('http_proxy', 'http://someone:proxy-secret@127.0.0.1:9'),
    'connect ECONNREFUSED 127.0.0.1:9',
  ],
])('%s', async (_what, prepare, reason) => {
  prepare();
  const error = await failure();
  expect(error).toBeInstanceOf(CdpError);
  expect(error.code).toBe('cdp_closed');
  expect(error.message).toMatch(
    /^Could not connect to the browser at ws:\/\/sessions\.invalid through the proxy 127\.0\.0\.1:\d+: /,
  );
  expect(error.message).toContain(reason);
  expect(`${error.stack ?? ''} ${String(error.cause)}`).not.toContain('secret');
});
