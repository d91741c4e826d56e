/** What a session API calls its sessions is no path here. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RpcPeer } from '../../../src/host/rpc';
import { Run } from '../../../src/host/run';
import { json, KEY, sessionBody, startScriptedApi } from '../client/scripted-api';
import { startApi } from '../server/api';

test('the frames of a session stay in the folder of the run, whatever its id', async () => {
  const browsers = await startApi();
  const { body } = await browsers.call('POST', '/sessions/start', { body: {} });
  const id = '../../../escaped';
  const api = await startScriptedApi((request, response) =>
    json(
      response,
      200,
      sessionBody(id, {
        cdp_url: body['cdp_url'],
        ...(request.method === 'DELETE' && { status: 'closed' }),
      }),
    ),
  );
  const place = await mkdtemp(join(tmpdir(), 'sw-names-'));
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const peer = new RpcPeer(createConnection((server.address() as AddressInfo).port, '127.0.0.1'));
  onTestFinished(async () => {
    peer.close();
    server.close();
    await Promise.all([api.close(), browsers.server.close()]);
    await rm(place, { recursive: true, force: true });
  });
  const folder = join(place, 'a', 'run');
  await mkdir(folder, { recursive: true });
  const run = new Run(folder);
  const lease = await run.acquire(
    { parallelIndex: 0, options: { apiUrl: api.url, apiKey: KEY }, browser: {} },
    peer,
    { saysSource: false },
  );
  const { leaseId } = lease;
  await run.beginTest({
    leaseId,
    timeoutMs: 0,
    mayBeGone: false,
    title: 'a test',
    attempt: 'a-0',
    record: {},
  });
  expect(lease.sessionId).toBe(id);
  const folders = await readdir(join(folder, 'work'));
  expect(folders).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  expect(await readdir(place)).toEqual(['a']);
  run.release(leaseId);
  expect(await run.finish()).toMatchObject({ problems: [] });
});
