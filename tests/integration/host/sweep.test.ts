/** Sessions that a killed run left at some API are stopped with that API's key, and no API is told the key of another. */
import { spawn, type SpawnOptions } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { isProcessAlive, ownProcess } from '../../../src/base/processes';
import { launchChromium } from '../../../src/browser/chromium';
import { killTree } from '../../../src/browser/kill-tree';
import { recordGroup } from '../../../src/browser/profile-folder';
import { servedBrowsers } from '../../../src/cli/serve-browsers';
import { SESSION_MARK } from '../../../src/browser/grid/grid-state';
import { Ledger } from '../../../src/host/ledger';
import {
  baseFolder,
  claimRunFolder,
  publishEndpoint,
  type RunFolder,
} from '../../../src/host/run-folder';
import { Sources } from '../../../src/host/sources';
import { sweep } from '../../../src/host/sweep';
import { writeJson } from '../../../src/base/json';
import { eventually } from '../../eventually';
import { json, KEY, sessionBody, startScriptedApi, type ScriptedApi } from '../client/scripted-api';

/** No process has it: Linux gives out less than four million. */
const DEAD_PID = 2 ** 30;

let temp: string;
let api: ScriptedApi;

beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'sw sweep-'));
  vi.stubEnv('TMPDIR', temp);
  vi.stubEnv('TEMP', temp);
  api = await startScriptedApi((_, response) =>
    json(response, 200, sessionBody('left', { status: 'closed' })),
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await api.close();
  await rm(temp, { recursive: true });
});

/** What a killed run leaves. */
async function deadRun(runnerPid = DEAD_PID): Promise<RunFolder> {
  const folder = await claimRunFolder(runnerPid, 1);
  if (!folder) throw new Error('not claimed');
  await publishEndpoint(folder, 1);
  await writeJson(join(folder.path, 'endpoint.json'), { pid: DEAD_PID, port: 1, token: '' });
  await new Ledger(folder.path).started({ sessionId: 'left', apiUrl: api.url });
  return folder;
}

test.each([
  ['of another API', 'http://127.0.0.1:1', KEY],
  ['of the cloud', '', KEY],
  ['that there is not', '(this API)', ''],
])('the key %s is not sent, and the session is named', async (_, apiUrl, apiKey) => {
  const { path } = await deadRun();
  vi.stubEnv('NOTTE_API_URL', apiUrl.replace('(this API)', api.url));
  vi.stubEnv('NOTTE_API_KEY', apiKey);
  for (const dryRun of [true, false]) {
    const reason = expect.stringContaining(`Set SESSIONWRIGHT_API_URL=${api.url}`) as unknown;
    expect(await sweep({ dryRun })).toEqual({
      removed: [],
      notRemoved: [],
      stopped: [],
      left: [{ sessionId: 'left', apiUrl: api.url, reason }],
    });
  }
  expect(api.requests).toEqual([]);
  expect(await readdir(path)).toContain('ledger.jsonl');
});

test('the session is stopped with the key of its API, and then nothing is left', async () => {
  const { path } = await deadRun();
  vi.stubEnv('NOTTE_API_URL', `${api.url}/`);
  vi.stubEnv('NOTTE_API_KEY', KEY);
  expect(await sweep()).toMatchObject({ removed: [path], stopped: [{ sessionId: 'left' }] });
  expect(api.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE /sessions/left/stop',
  ]);
  expect(await readdir(temp)).toEqual([]);
});

test('a run of another container or machine on this disk is left alone until it has been silent for long', async () => {
  const { path } = await deadRun();
  const there = join(baseFolder(), `run-${DEAD_PID}.1.0123abcd`);
  await rename(path, there);
  await writeJson(join(there, 'owner.json'), { ...ownProcess(), place: 'another boot' });
  vi.stubEnv('NOTTE_API_URL', api.url);
  vi.stubEnv('NOTTE_API_KEY', KEY);
  expect(await sweep()).toEqual({ removed: [], stopped: [], left: [], notRemoved: [] });
  expect(api.requests).toEqual([]);
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(there, 'owner.json'), longAgo, longAgo);
  expect(await sweep()).toMatchObject({ removed: [there], stopped: [{ sessionId: 'left' }] });
});

test('a run that is told the API in its options stops what an earlier one has left there', async () => {
  await deadRun();
  vi.stubEnv('NOTTE_API_URL', '');
  vi.stubEnv('NOTTE_API_KEY', '');
  const sources = new Sources('', () => undefined);
  await sources.for({ apiUrl: api.url, apiKey: KEY }, {});
  await expect.poll(async () => readdir(temp)).toEqual([]);
  expect(api.requests.map(({ url }) => url)).toEqual(['/sessions/left/stop']);
  await sources.close();
});

test.skipIf(process.platform === 'win32')(
  'a browser that stands still and has lost its run is ended, and nothing of it stays',
  async () => {
    const { path } = await deadRun();
    await new Ledger(path).stopped('left');
    const { pid } = await launchChromium({ userDataDir: join(path, 'profile') });
    onTestFinished(() => killTree(pid));
    process.kill(pid, 'SIGSTOP');
    expect(await sweep()).toMatchObject({ removed: [path], left: [] });
    await eventually(async () => expect(isProcessAlive(pid)).toBe(false));
    await eventually(async () => expect(await readdir(temp)).toEqual([]));
  },
);

test.skipIf(process.platform === 'win32')(
  'a browser that is about to end by itself is not killed: it would leave the folder of its socket',
  async () => {
    const { path } = await deadRun();
    await new Ledger(path).stopped('left');
    const socketFolder = join(temp, 'org.chromium.Chromium.closes');
    await mkdir(socketFolder);
    const closing = spawn(
      process.execPath,
      [
        '-e',
        `setTimeout(() => fs.rmdirSync(${JSON.stringify(socketFolder)}), 300)`,
        '--',
        `--user-data-dir=${join(path, 'profile')}`,
      ],
      { detached: true, stdio: 'ignore' },
    );
    onTestFinished(() => void closing.kill());
    await mkdir(join(path, 'profile'));
    await recordGroup(join(path, 'profile'), closing.pid ?? 0);
    expect(await sweep()).toMatchObject({ removed: [path], left: [] });
    expect(await readdir(temp)).toEqual([]);
  },
);

describe.skipIf(process.platform === 'win32')('a profile', () => {
  /** A process with these arguments, which leads the group that the profile of a dead run names. */
  async function leads(profile: string, args: string[], how: SpawnOptions = {}): Promise<number> {
    const all = ['-e', 'setTimeout(() => {}, 60_000)', '--', ...args];
    const child = spawn(process.execPath, all, { detached: true, stdio: 'ignore', ...how });
    onTestFinished(() => void child.kill());
    if (child.pid === undefined) throw new Error('The process did not start.');
    await mkdir(profile);
    await recordGroup(profile, child.pid);
    return child.pid;
  }

  test('whose group is now that of another program ends nothing', async () => {
    const { path } = await deadRun();
    await new Ledger(path).stopped('left');
    const pid = await leads(join(path, 'profile'), ['--user-data-dir=/somewhere/else']);
    expect(await sweep()).toMatchObject({ removed: [path] });
    expect(isProcessAlive(pid)).toBe(true);
  });

  test.skipIf(process.getuid?.() !== 0)("ends nothing of another user's", async () => {
    const { path } = await deadRun();
    await new Ledger(path).stopped('left');
    const profile = join(path, 'profile');
    const args = [`--user-data-dir=${profile}`];
    const pid = await leads(profile, args, { uid: 65_534, gid: 65_534 });
    const beganMs = performance.now();
    expect(await sweep()).toMatchObject({ removed: [path] });
    expect(performance.now() - beganMs).toBeLessThan(2_000); // it does not wait for it
    expect(isProcessAlive(pid)).toBe(true);
  });

  test('that cannot be removed is reported, and does not delay other folders', async () => {
    const { path } = await deadRun();
    await new Ledger(path).stopped('left');
    const profile = join(path, 'profile');
    await leads(profile, []);
    await symlink('/dev/null/org.chromium.x/SingletonSocket', join(profile, 'SingletonSocket'));
    const other = await deadRun(DEAD_PID + 1);
    await new Ledger(other.path).stopped('left');
    const { removed, notRemoved } = await sweep();
    expect(removed).toEqual([other.path]);
    expect(notRemoved).toEqual([{ path, reason: expect.stringContaining('ENOTDIR') as unknown }]);
  });
});

test.each([
  ['after the longest time that one may run', 26, { removed: 1, left: 0 }],
  ["before: it may be another account's, and run", 1, { removed: 0, left: 1 }],
])('a session that its API does not know, %s', async (_, hoursAgo, expected) => {
  const { path } = await deadRun();
  const ledger = new Ledger(path);
  await ledger.stopped('left');
  const forgetful = await startScriptedApi((_request, response) =>
    json(response, 404, { message: 'no such session' }),
  );
  onTestFinished(async () => forgetful.close());
  const startedAt = Date.now() - hoursAgo * 3_600_000;
  await ledger.started({ sessionId: 'forgotten', apiUrl: forgetful.url, startedAt });
  vi.stubEnv('NOTTE_API_URL', forgetful.url);
  vi.stubEnv('NOTTE_API_KEY', KEY);
  const { removed, left, stopped } = await sweep();
  expect({ removed: removed.length, left: left.length }).toEqual(expected);
  expect(stopped).toEqual([]);
});

test('what could not be stopped as a run began is stopped as it ends', async () => {
  const { path } = await deadRun();
  let isTaken = false;
  const late = await startScriptedApi((_, response) =>
    isTaken
      ? json(response, 200, sessionBody('left', { status: 'closed' }))
      : json(response, 401, { message: 'not yet' }),
  );
  const ledger = new Ledger(path);
  await ledger.stopped('left');
  await ledger.started({ sessionId: 'late', apiUrl: late.url });
  vi.stubEnv('NOTTE_API_URL', late.url);
  vi.stubEnv('NOTTE_API_KEY', KEY);
  await sweep();
  expect(late.requests).toHaveLength(1);
  isTaken = true;
  await new Sources('', () => undefined).close();
  expect(late.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'DELETE /sessions/late/stop',
    'DELETE /sessions/late/stop',
  ]);
  expect(await readdir(temp)).toEqual([]);
  await late.close();
});

test('a session that a Grid may still be starting stays in the ledger, until it is there or can come no more', async () => {
  const mark = 'mark-of-a-start';
  let sessions: object[] = [];
  const hub = await startScriptedApi(({ method }, response) => {
    if (method === 'DELETE') sessions = [];
    json(response, 200, {
      value: { nodes: [{ slots: sessions.map((session) => ({ session })) }] },
    });
  });
  const { path } = await deadRun();
  const ledger = new Ledger(path);
  await ledger.stopped('left');
  const entry = { sessionId: mark, apiUrl: hub.url, kind: 'grid' } as const;
  const ours = { sessionId: 'on-grid', capabilities: { [SESSION_MARK]: mark } };
  await ledger.started({ ...entry, startedAt: Date.now() });
  const reason = expect.stringContaining('may still be starting it') as unknown;
  expect(await sweep()).toMatchObject({ removed: [], stopped: [], left: [{ ...entry, reason }] });
  sessions = [ours];
  expect(await sweep()).toMatchObject({ removed: [path], stopped: [entry], left: [] });
  expect(sessions).toEqual([]);

  const later = await deadRun();
  await new Ledger(later.path).stopped('left');
  await new Ledger(later.path).started({ ...entry, startedAt: Date.now() - 121_000 });
  expect(await sweep()).toMatchObject({ removed: [later.path], stopped: [entry], left: [] });
  await hub.close();
});

test('what was on a Grid that is gone is left for an hour, and then it has ended', async () => {
  const { path } = await deadRun();
  const ledger = new Ledger(path);
  await ledger.stopped('left');
  const entry = { sessionId: 'on-grid', apiUrl: 'http://127.0.0.1:1', kind: 'grid' } as const;
  await ledger.started({ ...entry, startedAt: Date.now() - 3_500_000 });
  const reason = expect.stringContaining('gave no answer to GET /status') as unknown;
  expect(await sweep()).toMatchObject({ removed: [], stopped: [], left: [{ ...entry, reason }] });
  await ledger.started({ ...entry, startedAt: Date.now() - 3_601_000 });
  expect(await sweep()).toMatchObject({ removed: [path], stopped: [entry], left: [] });
});

test('serve ends what one of the same process number has left on its Grid, when it was killed', async () => {
  let sessions: object[] = [
    { sessionId: 'on-grid', capabilities: { [SESSION_MARK]: 'mark-of-the-killed' } },
  ];
  const hub = await startScriptedApi(({ method }, response) => {
    if (method === 'DELETE') sessions = [];
    json(response, 200, {
      value: { nodes: [{ slots: sessions.map((session) => ({ session })) }] },
    });
  });
  const folder = await claimRunFolder(process.pid, 1);
  if (!folder) throw new Error('not claimed');
  await new Ledger(folder.path).started({
    sessionId: 'mark-of-the-killed',
    apiUrl: hub.url,
    kind: 'grid',
    startedAt: Date.now(),
  });
  await writeJson(join(folder.path, 'owner.json'), { ...ownProcess(), startedAt: 'before' });
  const grid = await servedBrowsers({ backend: 'grid', 'grid-url': hub.url });
  await expect.poll(() => sessions).toEqual([]);
  await expect
    .poll(async () => readdir(baseFolder()))
    .toEqual([expect.stringContaining(`run-${process.pid}.2`)]);
  await grid?.close();
  expect(await readdir(temp)).toEqual([]);
  await hub.close();
});

test('a link to the folder of a killed server is not taken for such a folder', async () => {
  const folder = join(temp, 'sessionwright-server-a');
  await mkdir(folder);
  await writeJson(join(folder, 'server.lock'), { ...ownProcess(), pid: DEAD_PID });
  await symlink(folder, join(temp, 'sessionwright-server-b'), 'junction');
  expect(await sweep()).toMatchObject({ removed: [folder] });
  expect(await readdir(temp)).toEqual(['sessionwright-server-b']);
});
