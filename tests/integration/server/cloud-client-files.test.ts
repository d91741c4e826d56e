/** The cloud's own npm client, unmodified, on our files and profiles. */
import * as sdk from 'notte-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
  sdk.client.setConfig({
    baseUrl: api.server.url,
    headers: { authorization: `Bearer ${api.server.apiKey}` },
  });
});
afterAll(() => api.server.close());

test('it uploads, lists and downloads files', async () => {
  const file = new File(['hello'], 'a b.txt');
  expect(
    (await sdk.fileUpload({ path: { filename: 'a b.txt' } as never, body: { file } })).data,
  ).toEqual({ success: true });
  expect((await sdk.fileListUploads({})).data).toMatchObject({
    files: [{ name: 'a b.txt', size: 5, file_ext: '.txt' }],
  });
  const { body } = await api.call('POST', '/sessions/start');
  const path = { session_id: body['session_id'] as string, filename: 'c.txt' };
  expect((await sdk.fileUploadDownloadedFile({ path, body: { file } })).data).toEqual({
    success: true,
  });
  expect((await sdk.fileListDownloads({ path })).data).toMatchObject({
    files: [{ name: 'c.txt' }],
  });
  const { url } = (await sdk.fileDownload({ path })).data as { url: string };
  expect(await (await fetch(url)).text()).toBe('hello');
});

test('it makes, shows, lists and deletes profiles', async () => {
  const { data } = await sdk.profileCreate({ body: { name: 'Shop' } });
  const path = { profile_id: data?.profile_id ?? '' };
  expect((await sdk.profileGet({ path })).data).toMatchObject({
    name: 'Shop',
    persisted_domains: [],
  });
  expect((await sdk.profileList({ query: { page: 1, page_size: 20 } })).data).toMatchObject({
    items: [{ name: 'Shop' }],
    has_next: false,
  });
  expect((await sdk.profileDelete({ path })).data).toMatchObject({ success: true });
  expect((await sdk.profileGet({ path })).response).toMatchObject({ status: 400 });
});
