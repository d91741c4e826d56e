/** The clips of single tests of a session that has ended: made when somebody wants one, as those in reports are, and fetched by signed URLs. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ViewedClip, ViewedStory } from '../../../src/contract/viewer';
import { eventually } from '../../eventually';
import { openPictureViewer, type PictureViewer } from '../recording/pictures';
import type { TestApi } from './api';
import { apiCaller, startApi } from './api';
import { startShown, type StartedSession } from './viewer-browser';

/** How long a clip holds its last picture, in milliseconds. */
const HOLD_MS = 1_000;
/** Clips that are kept of a session. */
const KEPT = 5;
/** Clips of a session that may wait to be made. */
const MAX_WAITING = 10;
const HOUR_MS = 3_600_000;
const KEY = 'key-of-a-team-1234567890';

let dataDir: string;
let api: TestApi;
let pictures: PictureViewer;
let session: StartedSession;
let story: ViewedStory;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-clips-'));
  [api, pictures] = await Promise.all([
    startApi({ dataDir, keys: [{ name: 'team', key: KEY }] }),
    openPictureViewer(),
  ]);
  session = await filmed();
  story = await ended(session);
});

afterAll(async () => {
  await pictures.close();
  await api.server.close();
  await rm(dataDir, { recursive: true });
});

/** A session of three tests: one that is not recorded, one that is, and one that runs when the session ends. */
async function filmed(): Promise<StartedSession> {
  const { page, ...started } = await startShown(api);
  const { session_id: id } = started;
  const note = (title: string): void => api.server.noteTest(id, { title });
  note('not recorded');
  api.server.noteTest(id, { outcome: 'passed' });
  const { recorder, frames } = await api.server.recording(id);
  const show = async (colour: string): Promise<void> => {
    const { length } = frames.select(0, Infinity);
    await page.evaluate((it) => (document.body.style.background = it), colour);
    await eventually(() => expect(frames.select(0, Infinity).length).toBeGreaterThan(length));
  };
  await page.setContent('<body style="margin: 0; background: red">');
  note('from red to lime');
  recorder.start();
  await eventually(() => expect(frames.last).toBeDefined());
  const tookMs = (): number =>
    (frames.last?.atMs ?? 0) - (frames.select(0, Infinity)[0]?.atMs ?? 0);
  await eventually(async () => {
    await show('yellow');
    await show('lime');
    expect(tookMs()).toBeGreaterThan(700);
  });
  api.server.noteTest(id, { outcome: 'passed' });
  note('runs until the end');
  await show('blue');
  await api.call('DELETE', `/sessions/${id}/stop`);
  return started;
}

/** A session of so many short tests, which has ended and has its replay. */
async function withTests(by: TestApi, count: number): Promise<StartedSession> {
  const many = await startShown(by);
  const { session_id: id } = many;
  const { recorder, frames } = await api.server.recording(id);
  recorder.start();
  const shownMs = (): number => Date.now() - (frames.last?.atMs ?? Infinity);
  await eventually(() => expect(shownMs()).toBeGreaterThan(count * 2));
  const fromMs = frames.last?.atMs ?? 0;
  for (let nth = 0; nth < count; nth++) {
    api.server.noteTest(id, { title: `test ${nth}`, at: fromMs + nth });
    api.server.noteTest(id, { outcome: 'passed', at: fromMs + nth + 1 });
  }
  await api.call('DELETE', `/sessions/${id}/stop`);
  await ended(many);
  return many;
}

/** What the page of a session asks for. */
async function asked(
  { session_id: id, viewer_url: url }: StartedSession,
  what: string,
): Promise<{ status: number; body: unknown }> {
  const { search } = new URL(url);
  const response = await fetch(`${api.server.url}/sessions/${id}/viewer/${what}${search}`);
  return { status: response.status, body: await response.json() };
}

async function ended(it: StartedSession): Promise<ViewedStory> {
  const ask = async (): Promise<ViewedStory> => {
    const body = (await asked(it, 'story')).body as ViewedStory;
    expect(body.replay).toMatchObject({ state: 'ready' });
    return body;
  };
  return eventually(ask);
}

async function clipUrl(position: number, of = session): Promise<string> {
  const ask = async (): Promise<string> => {
    const body = (await asked(of, `tests/${position}/clip`)).body as ViewedClip;
    if (body.state !== 'ready') throw new Error(JSON.stringify(body));
    return api.server.url + body.path;
  };
  return eventually(ask);
}

async function bytesOf(url: string): Promise<Buffer> {
  const response = await fetch(url);
  expect(response.headers.get('content-type')).toBe('video/mp4');
  return Buffer.from(await response.arrayBuffer());
}

function timesOf(position: number): { startMs: number; endMs: number } {
  const { startMs = Number.NaN, endMs } = story.session.tests[position] ?? {};
  return { startMs, endMs: endMs ?? Number.NaN };
}

test('a clip is as long as its test, begins and ends with it, and holds its last picture', async () => {
  const { startMs, endMs } = timesOf(1);
  const lengthMs = endMs - startMs;
  const clip = await pictures.play(await bytesOf(await clipUrl(1)), [0, lengthMs + HOLD_MS - 50]);
  expect(Math.abs(clip.durationMs - lengthMs - HOLD_MS)).toBeLessThan(200);
  expect(clip.colours).toEqual(['red', 'lime']);
});

test('the clip of a test that ran when its session ended goes on until then', async () => {
  const { startMs } = timesOf(2);
  const { endedMs } = story.session;
  const clip = await pictures.play(await bytesOf(await clipUrl(2)));
  const lengthMs = clip.durationMs - HOLD_MS;
  expect(Math.abs(startMs + lengthMs - (endedMs ?? 0))).toBeLessThan(200);
  expect(clip.durationMs).toBeGreaterThan(HOLD_MS);
});

test('of a test without pictures, and of one that never was, there is no clip: the page knows the one, both are answered', async () => {
  expect(story.session.tests.map(({ hasPictures }) => hasPictures)).toEqual([false, true, true]);
  const unseen = await asked(session, 'tests/0/clip');
  expect(unseen).toMatchObject({
    status: 404,
    body: {
      message: 'There are no pictures of the test "not recorded".',
    },
  });
  for (const position of ['3', '-1', '1.0', 'x', '__proto__'])
    expect(await asked(session, `tests/${position}/clip`)).toMatchObject({ status: 404 });
});

test('a clip has a way to it for an hour and for nothing else; who may not watch gets none', async () => {
  const url = await clipUrl(1);
  const statusOf = async (it: string): Promise<number> => (await fetch(it)).status;
  expect(await statusOf(url)).toBe(200);
  for (const changed of [
    url.replace('/tests/1/', '/tests/2/'),
    url.replace('/tests/1/', '/tests/01/'),
    url.replace(/tests\/1\/clip.mp4/, 'replay.mp4'),
    url.replace(/expires=\d/, 'expires=9'),
    url.replace(/\?.*/, ''),
  ])
    expect(await statusOf(changed), changed).toBe(401);
  const asking = `${api.server.url}/sessions/${session.session_id}/viewer/tests/1/clip`;
  expect(await statusOf(asking)).toBe(401);
  expect(await statusOf(`${asking}?token=x`)).toBe(401);
  vi.setSystemTime(Date.now() + HOUR_MS + 1);
  try {
    expect(await statusOf(url)).toBe(401);
  } finally {
    vi.useRealTimers();
  }
});

test('several who want one at once have it made once; a few are kept, and another is made again; once the pictures are gone there is none', async () => {
  const many = await withTests(api, KEPT + 1);
  const { session_id: id } = many;

  const recording = join(dataDir, 'sessions', id, 'recording');
  const clips = async (): Promise<string[]> => readdir(join(recording, 'clips'));
  const asOne = await Promise.all(
    [0, 0, 0].map(async () => {
      await clipUrl(0, many);
      const [name = ''] = await clips();
      return (await stat(join(recording, 'clips', name))).ino;
    }),
  );
  expect(new Set(asOne).size).toBe(1);
  const first = await clipUrl(0, many);
  const [oldest] = await clips();
  for (let nth = 1; nth <= KEPT; nth++) await clipUrl(nth, many);
  expect(await clips()).toHaveLength(KEPT);
  expect(await clips()).not.toContain(oldest);
  expect((await bytesOf(first)).subarray(4, 8).toString()).toBe('ftyp');
  expect(await clips()).toContain(oldest);

  await rm(recording, { recursive: true });
  expect((await fetch(first)).status).toBe(404);
  expect(await asked(many, 'tests/0/clip')).toMatchObject({
    status: 404,
    body: { message: 'There are no pictures of the test "test 0".' },
  });
});

test('one link that has many clips made has room for ten that wait, and holds up no other key', async () => {
  const many = await withTests({ ...api, call: apiCaller(api.server.url, KEY) }, 60);
  await rm(join(dataDir, 'sessions', session.session_id, 'recording', 'clips'), {
    recursive: true,
    force: true,
  });
  let ready = 0;
  const answers: Promise<number>[] = [];
  const refused = new Promise<unknown>((resolve) => {
    for (let position = 0; position < 60; position++)
      answers.push(
        asked(many, `tests/${position}/clip`).then(({ status, body }) => {
          if (status === 429) resolve(body);
          if ((body as ViewedClip).state === 'ready') ready++;
          return status;
        }),
      );
  });
  expect(await refused).toMatchObject({
    code: 'rate_limited',
    message: expect.stringContaining('10 clips of this session wait') as unknown,
  });
  const readyBefore = ready;
  await clipUrl(1);
  expect(ready - readyBefore).toBeLessThan(MAX_WAITING / 2);
  const statuses = await Promise.all(answers);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(MAX_WAITING);
  expect(statuses.every((status) => [200, 429].includes(status))).toBe(true);
}, 60_000);

test('while a session runs there is no clip of it', async () => {
  const running = await startShown(api);
  api.server.noteTest(running.session_id, { title: 'runs' });
  expect(await asked(running, 'tests/0/clip')).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('still runs') as unknown },
  });
});
