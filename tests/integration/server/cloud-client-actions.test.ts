/** The cloud's own npm client, unmodified, executing actions. */
import * as sdk from 'notte-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';
import type { Site } from './site';
import { startSite } from './site';

let api: TestApi;
let site: Site;

beforeAll(async () => {
  [api, site] = await Promise.all([startApi(), startSite()]);
  sdk.client.setConfig({
    baseUrl: api.server.url,
    headers: { authorization: `Bearer ${api.server.apiKey}` },
  });
});
afterAll(() => Promise.all([api.server.close(), site.close()]));

test('it drives a page, and is told why an action failed', async () => {
  const { body } = await api.call('POST', '/sessions/start', { body: {} });
  const path = { session_id: body['session_id'] as string };
  const execute = async (action: Parameters<typeof sdk.pageExecute>[0]['body']) =>
    (await sdk.pageExecute({ path, body: action })).data;
  expect(await execute({ type: 'goto', url: `${site.url}/form` })).toMatchObject({
    success: true,
    action: { type: 'goto', url: `${site.url}/form` },
  });
  expect(
    await execute({ type: 'fill', selector: '#name', value: 'Ada', press_enter: true }),
  ).toMatchObject({ success: true });
  expect(await execute({ type: 'evaluate_js', code: 'location.search' })).toMatchObject({
    data: { markdown: '?name=Ada' },
  });
  expect(await execute({ type: 'click', selector: '#nothing', timeout: 100 })).toMatchObject({
    success: false,
    exception: expect.any(String) as unknown,
  });
});
