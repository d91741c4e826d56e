/** A run on a session API whose answers a test writes down, with one worker that asks for sessions. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Lease } from '../../../src/host/protocol';
import { RpcPeer } from '../../../src/host/rpc';
import { Run } from '../../../src/host/run';
import { KEY, startScriptedApi, type Handler, type ScriptedApi } from '../client/scripted-api';

/** What a test has of it. */
export interface StartedRun {
  api: ScriptedApi;
  /** The folder of the run, the only one in the only one of `place`. */
  folder: string;
  place: string;
  run: Run;
  /** Gets a worker a session: that one, or another by its index. */
  acquire: (parallelIndex?: number) => Promise<Lease>;
}

/** Starts it; it is gone after the test. @param options - of its sessions */
export async function startRun(handler: Handler, options: object = {}): Promise<StartedRun> {
  const api = await startScriptedApi(handler);
  const place = await mkdtemp(join(tmpdir(), 'sw-host-'));
  const folder = join(place, 'a', 'run');
  await mkdir(folder, { recursive: true });
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const peer = new RpcPeer(createConnection((server.address() as AddressInfo).port, '127.0.0.1'));
  const run = new Run(folder);
  onTestFinished(async () => {
    await run.finish();
    peer.close();
    server.close();
    await api.close();
    await rm(place, { recursive: true, force: true });
  });
  const request = { options: { apiUrl: api.url, apiKey: KEY, ...options }, browser: {} };
  return {
    api,
    folder,
    place,
    run,
    acquire: async (parallelIndex = 0) =>
      run.acquire({ parallelIndex, ...request }, peer, { saysSource: false }),
  };
}
