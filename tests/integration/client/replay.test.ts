/** Waiting for a replay and fetching it, from an API that takes its time. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Session, SessionsClient } from '../../../src/client/index';
import {
  clientOf,
  errorOf,
  json,
  sessionBody,
  shown,
  startScriptedApi,
  type Handler,
  type ScriptedApi,
} from './scripted-api';

let api: ScriptedApi;
let client: SessionsClient;
let session: Session;
let folder: string;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sessionwright-replay-'))));
afterEach(async () => {
  await client.close();
  await api.close();
  await rm(folder, { recursive: true, force: true });
});

/** An ended session whose replay, and everything else, is answered by `handler`. */
async function connect(handler: Handler): Promise<void> {
  api = await startScriptedApi((request, response, count) => {
    if (request.url === '/sessions/a' && count === 1)
      return json(response, 200, sessionBody('a', { status: 'closed' }));
    return handler(request, response, count);
  });
  client = clientOf(api.url).client;
  session = await client.connect('a');
}

const pending: Handler = (_, response) =>
  json(response, 404, { status: 404, message: 'not rendered yet' });
const asks = () => api.requests.filter(({ url }) => url.endsWith('/replay')).length;

describe('waiting', () => {
  test('goes on until the replay is there', async () => {
    await connect((request, response, count) => {
      if (request.url === '/sessions/a')
        return json(response, 200, sessionBody('a', { status: 'closed' }));
      return count < 3
        ? pending(request, response, count)
        : json(response, 200, {
            mp4_url: 'http://films.test/a.mp4',
            expires_at: '2030-01-01T00:00:00Z',
            video_start_ms: 0,
            video_duration_ms: 5,
          });
    });
    expect(await session.replay({ interval: 10 })).toMatchObject({
      sessionId: 'a',
      mp4Url: 'http://films.test/a.mp4',
      videoDuration: 5,
      expiresAt: new Date('2030-01-01T00:00:00Z'),
    });
    expect(asks()).toBe(3);
  });

  test('ends with its time', async () => {
    await connect((request, response, count) =>
      request.url === '/sessions/a'
        ? json(response, 200, sessionBody('a', { status: 'closed' }))
        : pending(request, response, count),
    );
    expect(await errorOf(session.replay({ timeout: 100, interval: 20 }))).toMatchObject({
      name: 'TimeoutError',
      timeout: 100,
    });
  });

  test('is left out when it is not wanted', async () => {
    await connect(pending);
    expect(await errorOf(session.replay({ wait: false }))).toMatchObject({
      name: 'NotFoundError',
      path: '/sessions/a/replay',
    });
    expect(asks()).toBe(1);
  });

  test('is in vain for a session that the API does not know', async () => {
    await connect(pending);
    expect(await errorOf(session.replay())).toMatchObject({ name: 'NotFoundError' });
    expect(asks()).toBe(1);
  });

  test('is in vain while the session runs', async () => {
    await connect((_, response) =>
      json(response, 404, { status: 404, message: 'Session a is still active' }),
    );
    expect(await errorOf(session.replay())).toMatchObject({ code: 'session_active', status: 404 });
    expect(asks()).toBe(1);
  });
});

describe('saving', () => {
  const replayAt =
    (path: string, film: Handler): Handler =>
    (request, response, count) =>
      request.url.endsWith('/replay')
        ? json(response, 200, {
            mp4_url: `http://${request.headers.host ?? ''}${path}`,
            expires_at: null,
          })
        : film(request, response, count);

  test('follows redirects, sends no key, and makes the folder', async () => {
    await connect(
      replayAt('/film?signature=s3cret', ({ url }, response) =>
        url === '/bytes'
          ? response.writeHead(200).end('film')
          : response.writeHead(302, { location: '/bytes' }).end(),
      ),
    );
    const file = join(folder, 'deep', 'a.mp4');
    await (await session.replay()).save(file);
    expect(await readFile(file, 'utf8')).toBe('film');
    const fetched = api.requests.slice(-2);
    expect(fetched.map(({ url }) => url)).toEqual(['/film?signature=s3cret', '/bytes']);
    expect(fetched.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test.each<[string, Handler]>([
    ['an expired URL', (_, response) => response.writeHead(403).end('expired')],
    [
      'a connection that breaks in the middle',
      (_, response) => {
        response
          .writeHead(200, { 'content-length': '100' })
          .write('fil', () => response.socket?.destroy());
      },
    ],
    ['a connection that breaks at once', (_, response) => response.socket?.destroy()],
  ])('leaves no half file behind after %s, and shows no signature', async (_, film) => {
    await connect(replayAt('/film?signature=s3cret', film));
    const replay = await session.replay();
    const error = await errorOf(replay.save(join(folder, 'a.mp4')));
    expect(error).toMatchObject({
      message: expect.stringContaining('Could not save the replay of session a') as string,
    });
    expect(shown(error)).not.toContain('s3cret');
    expect(await readdir(folder)).toEqual([]);
  });

  test('says so when there is no MP4', async () => {
    await connect((_, response) =>
      json(response, 200, {
        mp4_url: null,
        playlist_content: '#EXTM3U',
        expires_at: '2030-01-01T00:00:00Z',
      }),
    );
    expect(await errorOf((await session.replay()).save(join(folder, 'a.mp4')))).toMatchObject({
      name: 'ContractError',
      message: expect.stringContaining('no MP4') as string,
    });
  });
});
