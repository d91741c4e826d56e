/** Sessions on a CDP endpoint: headers, and one connection for everything where each connection gets a browser. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowserPerConnection, type BrowserPerConnection } from '../../browser-per-connection';
import { startApi, type TestApi } from './api';

const authorization = 'Bearer hunter2';
let api: TestApi;
let endpoint: BrowserPerConnection;

beforeAll(async () => {
  api = await startApi();
  endpoint = await startBrowserPerConnection({ authorization });
});

afterAll(async () => {
  await api.server.close();
  await endpoint.close();
});

test('headers reach the endpoint, and are not repeated', async () => {
  const refused = await api.call('POST', '/sessions/start', {
    body: { cdp_url: endpoint.url, cdp_headers: { Authorization: 'Bearer hunter3' } },
  });
  expect(refused).toMatchObject({
    status: 422,
    body: { detail: [{ loc: ['body', 'cdp_url'], msg: expect.stringMatching(/401/) as unknown }] },
  });
  expect(JSON.stringify(refused.body)).not.toMatch(/hunter/);
  const { status, body } = await api.call('POST', '/sessions/start', {
    body: { cdp_url: endpoint.url, cdp_headers: { Authorization: authorization } },
  });
  expect(status).toBe(200);
  expect(JSON.stringify(body)).not.toMatch(/hunter/);
  await api.call('DELETE', `/sessions/${String(body['session_id'])}/stop`);
  await expect.poll(() => endpoint.running).toEqual([]);
});
