/** A session whose browser does not do what it is told any more: no test gets it again, and it is stopped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RpcPeer } from '../../../src/host/rpc';
import { Run } from '../../../src/host/run';
import { json, KEY, sessionBody, startScriptedApi } from '../client/scripted-api';

test.each([
  ['its own worker', 'goes on'],
  ['the next worker', 'is replaced'],
])('%s gets another one, though its API says that it is active', async (_, worker) => {
  let started = 0;
  const api = await startScriptedApi(({ method, url }, response) => {
    const [, , named] = url.split('/');
    const id = url === '/sessions/start' ? `session-${++started}` : named;
    json(response, 200, sessionBody(id, method === 'DELETE' ? { status: 'closed' } : {}));
  });
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
  const request = { parallelIndex: 0, options: { apiUrl: api.url, apiKey: KEY }, browser: {} };
  const acquire = async () => run.acquire(request, peer, { saysSource: false });
  const { leaseId, sessionId } = await acquire();
  expect(sessionId).toBe('session-1');
  run.abandon(leaseId);
  if (worker === 'is replaced') {
    run.release(leaseId);
    expect(await acquire()).toMatchObject({ sessionId: 'session-2', reused: false });
  } else {
    const check = { leaseId, timeoutMs: 0, mayBeGone: true };
    expect(await run.ensureSession(check)).toMatchObject({ sessionId: 'session-2' });
  }
  const requests = (): string[] => api.requests.map(({ method, url }) => `${method} ${url}`);
  await expect.poll(requests).toContain('DELETE /sessions/session-1/stop');
  expect(requests().filter((it) => it.includes('/debug'))).toEqual([]); // its browser would not answer
  await run.finish();
});
