/** The end of a run: what costs elsewhere is ended first, and no picture is lost by it. */
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ownProcess } from '../../../src/base/processes';
import { launchChromium } from '../../../src/browser/chromium';
import { findChromium } from '../../../src/browser/find-chromium';
import { type HostConnection, openConnection } from '../../../src/host/connect';
import { Host } from '../../../src/host/host';
import type { BrowserSettings, Lease } from '../../../src/host/protocol';
import { claimRunFolder, isOwnerAlive, readEndpoint } from '../../../src/host/run-folder';
import { eventually } from '../../eventually';
import { json, KEY, sessionBody, startScriptedApi, type ScriptedApi } from '../client/scripted-api';

const CLIPS = 3;

interface HostedRun {
  host: Host;
  api: ScriptedApi;
  temp: string;
  worker: HostConnection;
  lease: Lease;
}

/** A temp folder of the test's own, where runs have their folders. */
async function ownTemp(): Promise<string> {
  const temp = await mkdtemp(join(tmpdir(), 'sw-end-'));
  onTestFinished(async () => rm(temp, { recursive: true, force: true, maxRetries: 5 }));
  vi.stubEnv('TMPDIR', temp);
  vi.stubEnv('TEMP', temp);
  onTestFinished(() => void vi.unstubAllEnvs());
  return temp;
}

/** A host with a worker that has a session of a session API. */
async function startHosted({
  session = {},
  browser = {},
  onStop = (): void => {},
}: { session?: object; browser?: BrowserSettings; onStop?: () => void } = {}): Promise<HostedRun> {
  const temp = await ownTemp();
  const api = await startScriptedApi(({ method }, response) => {
    if (method === 'DELETE') onStop();
    const status = method === 'DELETE' ? 'closed' : 'active';
    json(response, 200, sessionBody('ours', { ...session, status }));
  });
  onTestFinished(() => api.close());
  const folder = await claimRunFolder(process.pid, 1);
  if (!folder) throw new Error('not claimed');
  const host = new Host(folder);
  onTestFinished(() => host.close());
  await host.listen();
  const endpoint = await readEndpoint(folder);
  const worker = endpoint && (await openConnection(endpoint, 'worker'));
  if (!worker) throw new Error('not connected');
  onTestFinished(() => worker.close());
  const options = { apiUrl: api.url, apiKey: KEY };
  const lease = await worker.call('acquire', { parallelIndex: 0, options, browser });
  return { host, api, temp, worker, lease };
}

/** The browser that makes the clips: it starts only when it may. A run that waited for its clips before it stops the session would get none. */
async function encoderThatWaits(): Promise<{ executablePath: string; start: () => void }> {
  const folder = await mkdtemp(join(tmpdir(), 'sw-encoder-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const executablePath = join(folder, 'chromium');
  const chosen = await findChromium();
  const script = `while [ ! -e "$0.may-start" ]; do sleep 0.1; done\nexec '${chosen.executablePath}' "$@"`;
  await writeFile(executablePath, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { executablePath, start: () => writeFileSync(`${executablePath}.may-start`, '') };
}

test('a session is stopped before the clips of its tests are made, and they have all of their pictures', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'sw-profile-'));
  onTestFinished(async () => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  const { cdpUrl = '', close } = await launchChromium({ userDataDir: profile });
  onTestFinished(close);
  const clips: string[] = [];
  const encoder = await encoderThatWaits();
  const { temp, host, worker, lease } = await startHosted({
    session: { cdp_url: cdpUrl },
    browser: { executablePath: encoder.executablePath },
    onStop: encoder.start,
  });
  const { leaseId } = lease;
  const browser = await chromium.connectOverCDP(cdpUrl);
  const page = await browser.newPage();
  for (let made = 0; made < CLIPS; made++) {
    const fromMs = Date.now();
    await worker.call('prepareSession', {
      ...{ leaseId, timeoutMs: 0, mayBeGone: false, isConnected: true },
      test: { record: { size: undefined, fps: 25 }, title: `test ${made}`, attempt: `${made}` },
    });
    await page.setContent(`<h1>${made}</h1>`);
    await eventually(async () =>
      expect(await worker.call('settle', { leaseId, fromMs })).toBe(true),
    );
    const path = join(temp, `${made}.mp4`);
    clips.push(path);
    await worker.call('endTest', {
      title: 'a test',
      ...{ leaseId, outcome: 'passed' as const },
      clip: { fromMs, toMs: Date.now(), path },
    });
  }
  await browser.close();
  expect(await host.run.finish()).toMatchObject({
    clips: CLIPS,
    problems: [],
    leftRunning: [],
    lives: [{ id: 'ours', end: 'stopped' }],
  });
  expect(clips.filter((path) => !existsSync(path))).toEqual([]);
});

test('a session that costs is not kept for the workers of a dead runner, and no other is started for them', async () => {
  let stoppedMs = NaN;
  const { api, host, worker, lease } = await startHosted({
    onStop: () => (stoppedMs = performance.now()),
  });
  const diedMs = performance.now();
  const ended = host.endOrphaned();
  await eventually(() => expect(stoppedMs - diedMs).toBeLessThan(6_000));
  const check = { leaseId: lease.leaseId, timeoutMs: 0, mayBeGone: false };
  await expect(worker.call('prepareSession', check)).rejects.toMatchObject({
    code: 'host_unavailable',
  });
  worker.close();
  await ended;
  const requests = api.requests.map(({ method, url }) => `${method} ${url}`);
  expect(requests).toEqual(['POST /sessions/start', 'DELETE /sessions/ours/stop']);
});

test('a run renews its claim, for those who cannot look up its process', async () => {
  await ownTemp();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const folder = await claimRunFolder(process.pid, 1);
  if (!folder) throw new Error('not claimed');
  const file = join(folder.path, 'owner.json');
  await writeFile(file, JSON.stringify({ ...ownProcess(), place: 'another boot' }));
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(file, longAgo, longAgo);
  expect(await isOwnerAlive(folder)).toBe(false);
  vi.advanceTimersByTime(2_000);
  vi.useRealTimers();
  await eventually(async () => expect(await isOwnerAlive(folder)).toBe(true));
});
