/** Everything that a server gives out an URL in, asked for once. */
import { chromium } from 'playwright-core';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../../eventually';
import { apiCaller } from './api';

/** URLs as a caller got them, by what they are for. */
export interface GivenUrls {
  /** All of them, from every answer. */
  all: string[];
  viewer: string;
  recording: string;
  upload: string;
  networkLog: string;
  replay: string;
}

/** Starts a session below the base URL, opens a page in it by its `cdp_url`, and collects what is given out. Fails where one does not lead there. */
export async function collectUrls(
  base: string,
  key: string,
  pageUrl = `${base}/health`,
): Promise<GivenUrls> {
  const call = apiCaller(base, key);
  const all: string[] = [];
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await call(method, path, body && { body });
    expect(answer, `${method} ${path}`).toMatchObject({ status: 200 });
    all.push(...(JSON.stringify(answer.body).match(/(https?|wss?):\/\/[^\s"\\]+/g) ?? []));
    return answer.body;
  };
  const session = (await ask('POST', '/sessions/start', {})) as Record<string, string>;
  const path = `/sessions/${session['session_id'] ?? ''}`;
  const browser = await chromium.connectOverCDP(session['cdp_url'] ?? '');
  const page = browser.contexts()[0]?.pages()[0];
  await page?.goto(pageUrl); // a request, for the network log
  await uploadFile(base, key);
  const upload = (await ask('GET', '/storage/uploads/a.txt'))['url'] as string;
  for (const open of [upload, session['viewer_url'] ?? ''])
    expect((await fetch(open)).status, open).toBe(200);
  const debug = (await ask('GET', `${path}/debug`)) as { ws: Record<string, string> };
  await ask('GET', `${path}/debug/tab`);
  const recording = debug.ws['recording'] ?? '';
  expect((await firstMessage(recording)).byteLength).toBeGreaterThan(100);
  await page?.setContent('<h1>Something to see</h1>');
  await browser.close();
  await ask('GET', '/sessions');
  await ask('DELETE', `${path}/stop`);
  const logs = (await ask('GET', `${path}/network/logs?download=true`)) as {
    batches: { download_url: string }[];
  };
  const replay = await eventually(
    async () => (await ask('GET', `${path}/replay`)) as Record<string, string>,
    { timeout: 30_000, interval: 500 },
  );
  return {
    all: all.filter((url) => url !== pageUrl),
    viewer: session['viewer_url'] ?? '',
    recording,
    upload,
    networkLog: logs.batches[0]?.download_url ?? '',
    replay: replay['mp4_url'] ?? '',
  };
}

async function uploadFile(base: string, key: string): Promise<void> {
  const form = new FormData();
  form.append('file', new Blob(['content']), 'a.txt');
  const { status } = await fetch(`${base}/storage/uploads/a.txt`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  });
  expect(status).toBe(200);
}

async function firstMessage(url: string): Promise<Buffer> {
  const socket = new WebSocket(url);
  try {
    return await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.on('message', (data: Buffer, isBinary) => isBinary && resolve(data));
    });
  } finally {
    socket.terminate();
  }
}
