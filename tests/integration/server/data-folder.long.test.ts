/** What outlives the server: finished sessions with their replays, and for how long. That it survives `kill -9` too is tested end to end. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import {
  isProcessAlive,
  ownPlace,
  ownProcess,
  processStart,
  type ProcessName,
} from '../../../src/base/processes';
import { launchChromium } from '../../../src/browser/chromium';
import { killTree } from '../../../src/browser/kill-tree';
import { eventually } from '../../eventually';
import { processesWith } from '../processes';
import type { TestApi } from './api';
import { startApi } from './api';
import { replay, list, show, start } from './kept-sessions';

/** No process has it: Linux gives out less than four million. */
const NO_PROCESS = 2 ** 30;

let dataDir: string;
let api: TestApi | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-data-'));
});
afterEach(async () => {
  await api?.server.close();
  api = undefined;
  await eventually(async () => expect(await processesWith(dataDir)).toEqual([]));
  await rm(dataDir, { recursive: true, force: true });
});

/** Locks a folder as another process would. Returns the lock's file. */
async function lockedBy(folder: string, owner: Partial<ProcessName>): Promise<string> {
  const file = join(folder, 'server.lock');
  await writeFile(file, JSON.stringify({ ...ownProcess(), token: 'another', ...owner }));
  return file;
}

test('what a server finished in order is there for the next one, with URLs that go on to work', async () => {
  api = await startApi({ dataDir, recording: 'always' });
  const { id, body } = await start(api);
  await show(id, body['cdp_url'] as string, dataDir);
  await api.call('DELETE', `/sessions/${id}/stop`);
  const { url, bytes } = await replay(api, id);
  await start(api);
  await api.server.close();
  api = await startApi({ dataDir });
  const path = url.slice(new URL(url).origin.length);
  expect(Buffer.from(await (await fetch(api.server.url + path)).arrayBuffer()).equals(bytes)).toBe(
    true,
  );
  expect((await list(api, '')).map((item) => item['status'])).toEqual(['closed', 'closed']);
  const viewer = body['viewer_url'] as string;
  expect(
    await (
      await fetch(
        api.server.url +
          viewer.slice(new URL(viewer).origin.length).replace('/viewer?', '/viewer/story?'),
      )
    ).text(),
  ).toContain('"state":"ready"');
});

test('one server at a time, in one process too; a dead one does not keep the folder', async () => {
  await lockedBy(dataDir, { startedAt: 'before' }); // a container's new process often has the id of the killed one
  api = await startApi({ dataDir });
  const inUse = {
    code: 'data_folder_in_use',
    message: expect.stringContaining(`${process.pid} on`) as unknown,
  };
  await expect(startApi({ dataDir })).rejects.toMatchObject(inUse);
  vi.resetModules(); // as when the package is loaded by `import` and by `require`
  const { lockFolder } = await import('../../../src/server/data/folder-lock');
  await expect(lockFolder(dataDir)).rejects.toMatchObject(inUse);
});

test.skipIf(process.platform === 'win32')(
  'a browser that stands still and whose server was killed is ended by the next one, in a folder that is kept or not',
  async () => {
    vi.stubEnv('TMPDIR', dataDir);
    const temporary = join(dataDir, 'sessionwright-server-killed');
    const killed = [join(dataDir, 'kept'), temporary];
    for (const folder of killed) {
      await mkdir(join(folder, 'sessions/its-id/profile'), { recursive: true });
      await lockedBy(folder, { pid: NO_PROCESS });
    }
    const browsers = await Promise.all(
      killed.map(async (folder) =>
        launchChromium({ userDataDir: join(folder, 'sessions/its-id/profile') }),
      ),
    );
    onTestFinished(() => {
      vi.unstubAllEnvs();
      for (const { pid } of browsers) killTree(pid);
    });
    for (const { pid } of browsers) process.kill(pid, 'SIGSTOP');
    for (const folder of [{ dataDir: killed[0] }, {}]) {
      api = await startApi(folder);
      await api.server.close();
    }
    for (const { pid } of browsers) await eventually(() => expect(isProcessAlive(pid)).toBe(false));
    await eventually(async () => expect(await readdir(dataDir)).toEqual(['kept']));
  },
);

test('the folder of a server in another container is left to it, until it was silent for a quarter of an hour', async () => {
  vi.stubEnv('TMPDIR', dataDir);
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, silentMs] of [
    ['silent', 16 * 60_000],
    ['quiet', 14 * 60_000],
  ] as const) {
    const folder = join(dataDir, `sessionwright-server-${name}`);
    await mkdir(folder);
    const lock = await lockedBy(folder, { place: `${randomUUID()} pid:[1]` });
    await utimes(lock, new Date(), new Date(Date.now() - silentMs));
  }
  api = await startApi({});
  await api.server.close();
  await eventually(async () =>
    expect(await readdir(dataDir)).toEqual(['sessionwright-server-quiet']),
  );
});

test('a browser of somebody who keeps its profile in the same folder is left alone', async () => {
  const userDataDir = join(dataDir, '.chrome-debug');
  const theirs = await launchChromium({ userDataDir });
  api = await startApi({ dataDir });
  expect(isProcessAlive(theirs.pid)).toBe(true);
  expect(await readdir(dataDir)).toContain('.chrome-debug');
  await theirs.close();
});

test.runIf(process.platform === 'linux')(
  'a dead server whose number another process has by now does not keep the folder; a live one does',
  async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    onTestFinished(() => void other.kill());
    const { pid = 0 } = other;
    await lockedBy(dataDir, { pid, startedAt: '1' });
    api = await startApi({ dataDir });
    await api.server.close();
    await lockedBy(dataDir, { pid, startedAt: processStart(pid) });
    await expect(startApi({ dataDir })).rejects.toMatchObject({ code: 'data_folder_in_use' });
  },
);

test.each([
  ['on another machine', { host: 'another-machine', place: undefined }],
  ['in another container of the same name', { place: `${randomUUID()} pid:[1]` }],
])(
  'a server %s is seen by its signs of life, and taken for dead without them',
  async (_, owner) => {
    const other = await lockedBy(dataDir, { pid: 1, ...owner });
    const beat = setInterval(() => void utimes(other, new Date(), new Date()), 200);
    try {
      await expect(startApi({ dataDir })).rejects.toMatchObject({
        code: 'data_folder_in_use',
        message: expect.stringMatching(/session server 1 on [\w-]+ runs on it/) as unknown,
      });
    } finally {
      clearInterval(beat);
    }
    api = await startApi({ dataDir });
    expect(await readFile(other, 'utf8')).toContain(`"pid":${process.pid}`);
  },
);

test.runIf(process.platform === 'linux')(
  'a server in a container that was just resumed has its folder: it shows itself with its next beat',
  async () => {
    const [boot] = ownPlace()?.split(' ') ?? [];
    const resumed = await lockedBy(dataDir, { pid: 1, place: `${boot} pid:[1]` });
    await utimes(resumed, new Date(), new Date(Date.now() - 60_000));
    const beat = setInterval(() => void utimes(resumed, new Date(), new Date()), 2_000);
    onTestFinished(() => clearInterval(beat));
    await expect(startApi({ dataDir })).rejects.toMatchObject({ code: 'data_folder_in_use' });
  },
);

test.runIf(process.platform === 'linux')(
  'a container that was killed and comes up again waits for itself only briefly',
  async () => {
    const [boot] = ownPlace()?.split(' ') ?? [];
    const killed = await lockedBy(dataDir, { place: `${boot} pid:[1]` });
    await utimes(killed, new Date(), new Date(Date.now() - 11_000));
    const sinceMs = performance.now();
    api = await startApi({ dataDir });
    expect(performance.now() - sinceMs).toBeLessThan(8_000);
  },
);

test('a finished session is kept for the retention time, whatever happens to the server in between', async () => {
  api = await startApi({ dataDir });
  const { id } = await start(api);
  await api.call('DELETE', `/sessions/${id}/stop`);
  await api.server.close();
  api = await startApi({ dataDir, retention: 1 });
  await eventually(async () => expect(await readdir(join(dataDir, 'sessions'))).toEqual([]));
  expect((await api.call('GET', `/sessions/${id}`)).status).toBe(404);
  for (let repeat = 0; repeat < 5; repeat++) {
    const { id: next } = await start(api);
    await api.call('DELETE', `/sessions/${next}/stop`);
    await eventually(async () =>
      expect((await api?.call('GET', `/sessions/${next}`))?.status).toBe(404),
    );
  }
  await eventually(async () => expect(await readdir(join(dataDir, 'sessions'))).toEqual([]));
});

test('a session that never began is removed, and one that cannot be read stays on the disk', async () => {
  await mkdir(join(dataDir, 'sessions', 'half-made', 'profile'), { recursive: true });
  await mkdir(join(dataDir, 'sessions', 'damaged'), { recursive: true });
  await writeFile(join(dataDir, 'sessions', 'damaged', 'session.json'), '{"session_id":');
  await writeFile(join(dataDir, 'sessions', '.DS_Store'), '');
  api = await startApi({ dataDir });
  expect(await list(api, '')).toEqual([]);
  expect(await readdir(join(dataDir, 'sessions'))).toEqual(['.DS_Store', 'damaged']); // perhaps a person can read it
});

test('a folder that cannot be used is refused by name', async () => {
  await writeFile(join(dataDir, 'file'), '');
  await expect(startApi({ dataDir: join(dataDir, 'file', 'data') })).rejects.toMatchObject({
    code: 'data_folder_unusable',
    message: expect.stringContaining('ENOTDIR') as unknown,
  });
});

test('a list of hundreds of finished sessions is quick, and leaves their steps out', async () => {
  api = await startApi({ dataDir });
  const { id } = await start(api);
  expect((await api.call('POST', `/sessions/${id}/page/screenshot`)).status).toBe(200);
  await api.call('DELETE', `/sessions/${id}/stop`);
  await api.server.close();
  const folder = join(dataDir, 'sessions');
  const record = await readFile(join(folder, id, 'session.json'), 'utf8');
  const steps = `${JSON.stringify({ type: 'observation', value: 'x'.repeat(100_000) })}\n`;
  for (let number = 0; number < 300; number++) {
    const copy = `${id.slice(0, -4)}${String(number).padStart(4, '0')}`;
    await mkdir(join(folder, copy), { recursive: true });
    await writeFile(join(folder, copy, 'session.json'), record.replaceAll(id, copy));
    await writeFile(join(folder, copy, 'trajectory.jsonl'), steps);
  }
  api = await startApi({ dataDir });
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    const beganMs = performance.now();
    const items = await list(api, 'page=2&page_size=50');
    times.push(performance.now() - beganMs);
    expect(items).toHaveLength(50);
    expect(items.every(({ steps: listed }) => Array.isArray(listed) && listed.length === 0)).toBe(
      true,
    );
  }
  expect(times.sort((a, b) => a - b)[10]).toBeLessThan(2_000); // about 2 ms when nothing else runs; reading all steps would take seconds
});
