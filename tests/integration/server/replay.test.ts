/** The replay of a session: made after its end, fetched by a URL that needs no key, played in a browser. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { processesWith } from '../processes';
import type { ApiAnswer, TestApi } from './api';
import { startApi } from './api';

let api: TestApi;

afterEach(() => api.server.close());

async function replayOf(id: string): Promise<ApiAnswer> {
  await expect
    .poll(async () => (await api.call('GET', `/sessions/${id}/replay`)).status, { timeout: 40_000 })
    .toBe(200);
  return api.call('GET', `/sessions/${id}/replay`);
}

test('a recorded session has a replay that shows it, whole or in ranges', async () => {
  api = await startApi({ recording: 'always' });
  const { body: session } = await api.call('POST', '/sessions/start');
  const id = session['session_id'] as string;
  const browser = await chromium.connectOverCDP(session['cdp_url'] as string);
  const page = browser.contexts()[0]?.pages()[0];
  const { frames } = await api.server.recording(id);
  const recordedMs = async (): Promise<number> => {
    await page?.setContent(`<h1 style="background: teal">${Date.now()}</h1>`);
    const pictures = frames.select(0, Date.now());
    return (pictures.at(-1)?.atMs ?? 0) - (pictures[0]?.atMs ?? 0);
  };
  await expect.poll(recordedMs, { timeout: 20_000 }).toBeGreaterThan(500);
  await browser.close();
  expect(await api.call('GET', `/sessions/${id}/replay`)).toMatchObject({
    status: 404,
    body: { message: expect.stringContaining('still active') as unknown },
  });
  await api.call('DELETE', `/sessions/${id}/stop`);

  const { body } = await replayOf(id);
  expect(body).toMatchObject({
    playlist_content: null,
    video_start_ms: expect.any(Number) as unknown,
    video_duration_ms: expect.any(Number) as unknown,
  });
  expect(Date.parse(body['expires_at'] as string)).toBeGreaterThan(Date.now());
  const url = body['mp4_url'] as string;
  const whole = await fetch(url);
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect(whole.headers.get('content-type')).toBe('video/mp4');
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  const part = await fetch(url, { headers: { range: 'bytes=4-7' } });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    `bytes 4-7/${bytes.length}`,
    'ftyp',
  ]);
  expect((await fetch(url, { headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416);
  expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe(
    String(bytes.length),
  );
  expect((await fetch(url.replace(/signature=.*/, 'signature=x'))).status).toBe(401);
  expect((await fetch(url.replace(/\?.*/, ''))).status).toBe(401);

  const { body: other } = await api.call('POST', '/sessions/start');
  const viewer = await chromium.connectOverCDP(other['cdp_url'] as string);
  const viewerPage = await viewer.newPage();
  await viewerPage.goto(session['viewer_url'] as string);
  await expect
    .poll(() => viewerPage.evaluate('document.querySelector("video").readyState'))
    .toBeGreaterThan(0);
  const durationMs =
    Number(await viewerPage.evaluate('document.querySelector("video").duration')) * 1000;
  expect(durationMs).toBeGreaterThan((body['video_duration_ms'] as number) - 500);
  expect(durationMs).toBeLessThan((body['video_duration_ms'] as number) + 500);
  await viewer.close();
});

test('a session of which nothing was recorded has an answer, and no replay', async () => {
  api = await startApi({ recording: 'on-demand' });
  const { body: session } = await api.call('POST', '/sessions/start');
  const id = session['session_id'] as string;
  await api.call('DELETE', `/sessions/${id}/stop`);
  expect(await api.call('GET', `/sessions/${id}/replay`)).toMatchObject({
    status: 200,
    body: {
      mp4_url: null,
      playlist_content: null,
      video_duration_ms: null,
      expires_at: expect.any(String) as unknown,
    },
  });
});

test('a server that is closed while replays wait to be made makes none of them, and leaves nothing', async () => {
  const workDir = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
  api = await startApi({ recording: 'always', workDir });
  const ids = await Promise.all(
    [1, 2].map(async () => {
      const { body: session } = await api.call('POST', '/sessions/start');
      const id = session['session_id'] as string;
      const browser = await chromium.connectOverCDP(session['cdp_url'] as string);
      await browser.contexts()[0]?.pages()[0]?.setContent('<h1>Recorded</h1>');
      const { frames } = await api.server.recording(id);
      await expect.poll(() => frames.last, { timeout: 20_000 }).toBeDefined();
      await browser.close();
      await api.call('DELETE', `/sessions/${id}/stop`);
      return id;
    }),
  );
  const replays = ids.map((id) => api.call('GET', `/sessions/${id}/replay`).catch(() => undefined));
  await expect
    .poll(() => processesWith(join(workDir, 'incoming', 'sessionwright-encoder-')), {
      timeout: 20_000,
    })
    .not.toEqual([]);
  await api.server.close();
  await Promise.all(replays);
  expect(await readdir(join(workDir, 'sessions'))).toEqual([]);
  await expect.poll(() => processesWith(workDir)).toEqual([]);
  await rm(workDir, { recursive: true });
});
