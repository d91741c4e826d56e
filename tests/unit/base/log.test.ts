import { afterEach, expect, test, vi } from 'vitest';
import { errorText, type LogArea } from '../../../src/base/log';

afterEach(async () => {
  (await import('debug')).default.disable(); // other tests of this process load it too, and ESLint would write millions of lines
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

test('an error is shown by its frames and its causes, and not with what it quotes', () => {
  const secret = 'hunter2';
  const causes: Error[] = [];
  for (const work of [
    () => JSON.parse(`{"password": ${secret}}`) as unknown,
    () => new URL(`no url ${secret}`),
    () => {
      throw new Error(
        `fill: "x's ${secret}" at https://me:${secret}@site.test/?t=${secret}\nCall log:\n  - ${secret}`,
      );
    },
    () => {
      throw secret as unknown as Error;
    },
  ])
    try {
      work();
    } catch (error) {
      causes.push(error as Error);
    }
  for (const cause of causes) {
    const text = errorText(new TypeError('x failed', { cause }));
    expect(text).toMatch(/^TypeError: x failed\n {4}at .*log\.test\.ts/);
    expect(text).toMatch(/\ncaused by \S/);
    expect(text).not.toContain(secret);
  }
  expect(errorText(causes[1])).toContain('ERR_INVALID_URL');
});
