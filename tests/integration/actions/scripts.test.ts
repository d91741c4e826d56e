/** Scripts that do not end. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { evaluateJs } from '../../../src/actions/page-actions';
import { PageDriver } from '../../../src/actions/page-driver';
import type { TestApi } from '../server/api';
import { startApi } from '../server/api';

let api: TestApi;
let driver: PageDriver;

beforeEach(async () => {
  api = await startApi();
  const { body } = await api.call('POST', '/sessions/start', { body: {} });
  driver = await PageDriver.connect({ cdpUrl: body['cdp_url'] as string });
});
afterEach(async () => {
  await driver.close();
  await api.server.close();
});

test.each(['while (true) {}', 'new Promise(() => {})'])(
  '%s fails in time, and the page goes on',
  async (code) => {
    expect(await evaluateJs(driver, { type: 'evaluate_js', code }, 300)).toEqual({
      success: false,
      message: 'The script failed: The script took longer than 300 ms.',
    });
    expect(await evaluateJs(driver, { type: 'evaluate_js', code: '2 + 2' })).toMatchObject({
      success: true,
      data: { markdown: '4' },
    });
  },
);
