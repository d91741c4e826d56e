/** The replay of a session in parts: a playlist whose URLs need no key, play in a browser, and expire. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BufferSource, Input, MP4 } from 'mediabunny';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClipEncoder } from '../../../src/recording/clip-encoder';
import type { SessionRegistry } from '../../../src/server/sessions/registry';
import { Replays } from '../../../src/server/replays/replays';
import { bindOperations } from '../../../src/server/routes/bind';
import { recordingRoutes, replayHandlers } from '../../../src/server/routes/recordings';
import { UrlSigner } from '../../../src/server/http/url-signer';
import { openRegistry, serveRoutes, OPERATOR_STAYS } from './api';

let workDir: string;
let registry: SessionRegistry;
let replays: Replays;
let http: Awaited<ReturnType<typeof serveRoutes>>;
/** The same, with URLs that work for a millisecond. */
let brief: typeof http;

beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), 'sessionwright-test-'));
  registry = await openRegistry(workDir, { maxSessions: 2, recordAlways: true });
  replays = new Replays(() => ClipEncoder.launch({ workDir }));
  const serve = async (replayUrlMs: number): Promise<typeof http> => {
    const parts = { registry, replays, signer: new UrlSigner(), replayUrlMs };
    return serveRoutes([
      ...bindOperations(replayHandlers(parts), registry),
      ...recordingRoutes(parts),
    ]);
  };
  [http, brief] = await Promise.all([serve(3_600_000), serve(1)]);
});
afterAll(async () => {
  http.close();
  brief.close();
  await Promise.all([registry.close(), replays.close()]);
  await rm(workDir, { recursive: true, force: true });
});

interface Part {
  url: string;
  offset: number;
  length: number;
}

function parsePlaylist(text: string): {
  map: Part;
  segments: (Part & { seconds: number })[];
  targetSeconds: number;
} {
  const part = (range: string, of: string): Part => ({
    url: of,
    offset: Number(range.split('@')[1]),
    length: Number(range.split('@')[0]),
  });
  const [, mapUrl = '', mapRange = ''] =
    /#EXT-X-MAP:URI="([^"]+)",BYTERANGE="([^"]+)"/.exec(text) ?? [];
  const segments = [...text.matchAll(/#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\S+)\n(\S+)/g)].map(
    ([, seconds, range = '', of = '']) => ({ ...part(range, of), seconds: Number(seconds) }),
  );
  return {
    map: part(mapRange, mapUrl),
    segments,
    targetSeconds: Number(/TARGETDURATION:(\d+)/.exec(text)?.[1]),
  };
}

async function fetchPart({ url: from, offset, length }: Part): Promise<Buffer> {
  const answer = await fetch(from, {
    headers: { range: `bytes=${offset}-${offset + length - 1}` },
  });
  expect(answer.status).toBe(206);
  return Buffer.from(await answer.arrayBuffer());
}

test('the parts of the playlist play in a browser, as long as the replay; their URLs expire', async () => {
  const session = (await registry.start({}, OPERATOR_STAYS)).ensureActive();
  await session.browser.ensurePage();
  const browser = await chromium.connectOverCDP(session.browser.cdpUrl);
  const page = browser.contexts()[0]?.pages()[0];
  const startedMs = Date.now();
  const paint = async (): Promise<number> => {
    await page?.setContent(`<h1 style="background: teal">${Date.now()}</h1>`);
    return Date.now() - startedMs;
  };
  await expect.poll(paint, { timeout: 40_000, interval: 100 }).toBeGreaterThan(13_000); // longer than the encoder goes without a whole picture
  await browser.close();
  await session.end({ status: 'closed', reason: null });

  const replay = async ({ url } = http): Promise<Response> =>
    fetch(`${url}/sessions/${session.id}/replay`, {
      headers: { authorization: 'Bearer key' },
    });
  await expect.poll(async () => (await replay()).status, { timeout: 40_000 }).toBe(200);
  const body = (await (await replay()).json()) as {
    playlist_content: string;
    video_duration_ms: number;
    expires_at: string;
  };
  const { map, segments, targetSeconds } = parsePlaylist(body.playlist_content);
  expect(body.playlist_content.endsWith('#EXT-X-ENDLIST\n')).toBe(true);
  expect(segments.length).toBeGreaterThan(1);
  expect(Math.max(...segments.map(({ seconds }) => seconds))).toBeLessThanOrEqual(targetSeconds);
  expect(segments.reduce((sum, { seconds }) => sum + seconds, 0) * 1000).toBeCloseTo(
    body.video_duration_ms,
    -2,
  );
  const parts = await Promise.all([map, ...segments].map(fetchPart));
  expect(parts[0]?.subarray(4, 8).toString()).toBe('ftyp');
  for (const part of parts.slice(1)) expect(part.subarray(4, 8).toString()).toBe('moof');

  const seconds = await play(parts);
  expect(Math.abs(seconds * 1000 - body.video_duration_ms)).toBeLessThan(200);
  expect((await fetch(map.url.replace(/\?.*/, ''))).status).toBe(401);

  const expiring = (await (await replay(brief)).json()) as typeof body;
  expect(Date.parse(expiring.expires_at)).toBeLessThan(Date.parse(body.expires_at));
  const old = parsePlaylist(expiring.playlist_content).map.url;
  await expect.poll(async () => (await fetch(old)).status).toBe(401);
});

/** Feeds the parts to a player one after the other, as HLS players do, and plays the end. Gives the duration in seconds. */
async function play(parts: Buffer[]): Promise<number> {
  const input = new Input({ formats: [MP4], source: new BufferSource(Buffer.concat(parts)) });
  const codec = await (await input.getPrimaryVideoTrack())?.getCodecParameterString();
  const session = (await registry.start({}, OPERATOR_STAYS)).ensureActive();
  await session.browser.ensurePage();
  const browser = await chromium.connectOverCDP(session.browser.cdpUrl);
  try {
    const page = browser.contexts()[0]?.pages()[0];
    return Number(
      await page?.evaluate(`(async (parts, type) => {
        const video = document.body.appendChild(Object.assign(document.createElement('video'), { muted: true }));
        const source = new MediaSource();
        const next = (target, event) => new Promise((resolve, reject) => { target.addEventListener(event, resolve, { once: true }); target.addEventListener('error', () => reject(new Error(event + ' failed: ' + (video.error?.message ?? ''))), { once: true }); });
        video.src = URL.createObjectURL(source);
        await next(source, 'sourceopen');
        const buffer = source.addSourceBuffer(type);
        for (const part of parts) {
          const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
          buffer.appendBuffer(bytes);
          await next(buffer, 'updateend');
        }
        source.endOfStream();
        if (video.buffered.length !== 1) throw new Error('there are gaps: ' + video.buffered.length);
        const { duration } = video;
        video.currentTime = duration - 0.5;
        await next(video, 'seeked');
        await video.play();
        await next(video, 'ended');
        return duration;
      })(${JSON.stringify(parts.map((part) => part.toString('base64')))}, 'video/mp4; codecs="${codec ?? ''}"')`),
    );
  } finally {
    await browser.close();
    await session.end({ status: 'closed', reason: null });
  }
}
