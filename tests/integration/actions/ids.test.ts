/** Elements by the ids of an observation. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { executeAction } from '../../../src/actions/execute-action';
import { PageDriver } from '../../../src/actions/page-driver';
import { decodeAction } from '../../../src/contract/actions';
import type { TestApi } from '../server/api';
import { startApi } from '../server/api';
import type { Site } from '../server/site';
import { startSite } from '../server/site';

let api: TestApi;
let site: Site;
let driver: PageDriver;

beforeEach(async () => {
  [api, site] = await Promise.all([startApi(), startSite()]);
  const { body } = await api.call('POST', '/sessions/start', { body: {} });
  driver = await PageDriver.connect({ cdpUrl: body['cdp_url'] as string });
});
afterEach(async () => {
  await driver.close();
  await Promise.all([api.server.close(), site.close()]);
});

test('an id stands for its element; one that was not observed is a result', async () => {
  const execute = (action: object) => driver.run(() => executeAction(driver, decodeAction(action)));
  await execute({ type: 'goto', url: `${site.url}/form` });
  const page = await driver.page();
  driver.snapshot = new Map([
    ['B1', { locator: page.locator('#count'), role: 'button' }],
    ['I1', { locator: page.locator('#name'), role: 'textbox' }],
  ]);
  expect(await execute({ type: 'click', id: 'B1[:]' })).toMatchObject({
    success: true,
    action: { id: 'B1' },
  });
  expect(await execute({ type: 'fill', id: 'I1', value: 'Ada' })).toMatchObject({ success: true });
  expect(await page.textContent('#count')).toBe('1');
  expect(await page.inputValue('#name')).toBe('Ada');
  expect(await execute({ type: 'click', id: 'X1' })).toMatchObject({
    success: false,
    exception: expect.stringContaining("Action with id 'X1' is invalid") as unknown,
    message: expect.stringContaining("Action with id 'X1' is invalid") as unknown,
  });
});
