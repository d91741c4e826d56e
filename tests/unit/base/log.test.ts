import { afterEach, expect, test, vi } from 'vitest';
import type { LogArea } from '../../../src/base/log';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function areasOf(DEBUG: string): Promise<LogArea[]> {
  vi.stubEnv('DEBUG', DEBUG);
  vi.resetModules();
  const { default: debug } = await import('debug');
  debug.enable(DEBUG); // it has read the environment of this process before
  const { logOf } = await import('../../../src/base/log');
  const areas: LogArea[] = ['host', 'lease', 'api', 'cdp', 'clip', 'browser', 'server'];
  return areas.filter((area) => logOf(area).enabled);
}

test.each([
  ['', []],
  ['pw:api', []],
  ['my-sessionwright:*', []],
  ['sessionwright:api', ['api']],
  ['pw:api, sessionwright:clip sessionwright:lease', ['lease', 'clip']],
  ['sessionwright:*,-sessionwright:cdp', ['host', 'lease', 'api', 'clip', 'browser', 'server']],
  ['*', ['host', 'lease', 'api', 'cdp', 'clip', 'browser', 'server']],
])('DEBUG=%s', async (value, areas) => {
  expect(await areasOf(value)).toEqual(areas);
});
