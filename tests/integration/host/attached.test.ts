/** A session of somebody else's is used and never stopped; one that the run has started is in the ledger until it is stopped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Ledger } from '../../../src/host/ledger';
import { RpcPeer } from '../../../src/host/rpc';
import { Run } from '../../../src/host/run';
import { json, KEY, sessionBody, startScriptedApi } from '../client/scripted-api';

test.each([
  [{ sessionId: 'theirs' }, 'theirs', []],
  [{}, 'ours', ['DELETE /sessions/ours/stop']],
])('a run with the options %j', async (options, id, stops) => {
  const api = await startScriptedApi((request, response) =>
    json(response, 200, sessionBody(id, request.method === 'DELETE' ? { status: 'closed' } : {})),
  );
  const folder = await mkdtemp(join(tmpdir(), 'sw-host-'));
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const peer = new RpcPeer(createConnection((server.address() as AddressInfo).port, '127.0.0.1'));
  onTestFinished(async () => {
    peer.close();
    server.close();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  });
  const run = new Run(folder);
  const lease = await run.acquire(
    { parallelIndex: 0, options: { apiUrl: api.url, apiKey: KEY, ...options }, browser: {} },
    peer,
    { saysSource: false },
  );
  expect(lease).toMatchObject({ sessionId: id, embedded: false, reused: false });
  const open = await new Ledger(folder).open();
  expect(open.map(({ sessionId }) => sessionId)).toEqual(stops.length > 0 ? [id] : []);
  run.release(lease.leaseId);
  expect(await run.finish()).toMatchObject({ sessions: 1, leftRunning: [], problems: [] });
  expect(await new Ledger(folder).open()).toEqual([]);
  const deletes = api.requests.filter(({ method }) => method === 'DELETE');
  expect(deletes.map(({ method, url }) => `${method} ${url}`)).toEqual(stops);
});
