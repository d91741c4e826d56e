/** What the client of the host warns of reaches the user: by the summary of the run, since nobody reads what a host prints. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RpcPeer } from '../../../src/host/rpc';
import { Run } from '../../../src/host/run';
import { json, KEY, listBody, sessionBody, startScriptedApi } from '../client/scripted-api';

it('a start without a clear answer is told in the summary, with the sessions that it may have left', async () => {
  const api = await startScriptedApi((request, response) => {
    if (request.method === 'GET') return json(response, 200, listBody(sessionBody('left-behind')));
    return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works</h1>');
  });
  const folder = await mkdtemp(join(tmpdir(), 'sw-host-'));
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const peer = new RpcPeer(createConnection((server.address() as AddressInfo).port, '127.0.0.1'));
  try {
    const run = new Run(folder);
    const acquired = run.acquire(
      { parallelIndex: 0, options: { apiUrl: api.url, apiKey: KEY }, browser: {} },
      peer,
      { saysSource: false },
    );
    await expect(acquired).rejects.toThrow('is not JSON');
    const { failedStarts, problems } = await run.finish();
    expect(failedStarts).toBe(1);
    expect(problems.map(({ reason }) => reason)).toEqual([expect.stringContaining('left-behind')]);
  } finally {
    peer.close();
    server.close();
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
});
