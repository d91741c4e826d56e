/** Ends in the middle of things: of sessions, of starts, and of the server. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '../eventually';
import { expectError, openTarget, type Answer, type Target } from './target';

/** A stop ends the browser too, in milliseconds: no Chromium takes so long for that by itself, and what it interrupts would take 30 s. */
const STOP_MS = 8_000;

/** Accepts requests and answers none. */
let silent: Server;
let silentUrl: string;

beforeAll(async () => {
  silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silentUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

describe('of a session', () => {
  let target: Target;

  beforeAll(async () => {
    target = await openTarget();
  });
  afterAll(() => target.close());

  const page =
    'data:text/html,<title>here</title><input><input type=file><select><option>a</select>';
  const slow = { selector: '#nowhere', timeout: 30_000 };

  test.each([
    ['a wait', 'execute', { type: 'wait', time_ms: 30_000 }],
    ['a script that never ends', 'execute', { type: 'evaluate_js', code: 'for (;;);' }],
    [
      'a script that waits for ever',
      'execute',
      { type: 'evaluate_js', code: 'new Promise(() => {})' },
    ],
    ['a click', 'execute', { type: 'click', ...slow }],
    ['a fill', 'execute', { type: 'fill', value: 'x', ...slow }],
    [
      'typing',
      'execute',
      {
        type: 'fallback_fill',
        selector: 'input >> nth=0',
        value: 'x'.repeat(300),
        timeout: 30_000,
      },
    ],
    ['a check', 'execute', { type: 'check', value: true, ...slow }],
    [
      'a choice',
      'execute',
      { type: 'select_dropdown_option', value: 'none', selector: 'select', timeout: 30_000 },
    ],
    ['a download', 'execute', { type: 'download_file', ...slow }],
    ['a navigation', 'execute', { type: 'goto', url: 'SILENT' }],
    ['a new tab', 'execute', { type: 'goto_new_tab', url: 'SILENT' }],
    ['an observation', 'observe', { url: 'SILENT' }],
    ['a scrape', 'scrape', { url: 'SILENT' }],
  ])('in the middle of %s, twice at once', async (_, call, body) => {
    const id = await target.start();
    await target.send('POST', `/sessions/${id}/page/execute`, {
      body: { type: 'goto', url: page },
    });
    const requested = 'url' in body && new Promise((resolve) => silent.once('request', resolve));
    const running = target.send('POST', `/sessions/${id}/page/${call}`, {
      body: JSON.stringify(body).replace('SILENT', silentUrl),
    });
    const behind = ['observe', 'scrape', 'screenshot'].map((name) =>
      target.send('POST', `/sessions/${id}/page/${name}`, { body: '{}' }),
    );
    await (requested || target.send('GET', `/sessions/${id}/offset`)); // it has come that far
    const beganMs = performance.now();
    const stops = await Promise.all([
      target.send('DELETE', `/sessions/${id}/stop`),
      target.send('POST', `/sessions/${id}/stop`),
    ]);
    for (const answer of await Promise.all([running, ...behind])) expectEnded(answer, id, beganMs);
    for (const stop of stops) {
      expect(stop, stop.text).toMatchObject({ status: 200 });
      expect(stop.tookMs).toBeLessThan(STOP_MS);
      expect(JSON.parse(stop.text)).toMatchObject({ status: 'closed', session_id: id });
    }
  });

  test('while every other call is made again and again', async () => {
    const id = await target.start();
    const calls: [string, string, object?][] = [
      ['GET', 'cookies'],
      ['POST', 'cookies', { cookies: [] }],
      ['GET', 'debug'],
      ['GET', 'debug/tab'],
      ['POST', 'page/screenshot', {}],
      ['POST', 'page/observe', {}],
    ];
    let answered = 0;
    const loops = calls.map(async ([method, path, body]) => {
      for (;;) {
        const answer = await target.send(method, `/sessions/${id}/${path}`, { body });
        answered++;
        if (answer.status !== 200) return answer;
      }
    });
    const always = ['', '/offset', '/network/logs', '/workflow/code?as_workflow=false'].map(
      async (path) => {
        for (let ended = false; !ended;) {
          const answer = await target.send('GET', `/sessions/${id}${path}`);
          expect(answer, answer.text).toMatchObject({ status: 200 });
          ended =
            (JSON.parse((await target.send('GET', `/sessions/${id}`)).text) as { status: string })
              .status === 'closed';
        }
      },
    );
    await eventually(() => expect(answered).toBeGreaterThan(20));
    const beganMs = performance.now();
    await target.send('DELETE', `/sessions/${id}/stop`);
    for (const answer of await Promise.all(loops)) expectEnded(answer, id, beganMs);
    await Promise.all(always);
  });

  test('a browser that dies: told at once, and the session is an error', async () => {
    const id = await target.start();
    const running = target.send('POST', `/sessions/${id}/page/execute`, {
      body: { type: 'wait', time_ms: 30_000 },
    });
    const { ws } = JSON.parse((await target.send('GET', `/sessions/${id}/debug`)).text) as {
      ws: { cdp: string };
    };
    const { WebSocket } = await import('ws');
    const cdp = new WebSocket(ws.cdp);
    await new Promise((resolve) => cdp.once('open', resolve));
    cdp.send(JSON.stringify({ id: 1, method: 'Browser.crash' }));
    const beganMs = performance.now();
    expect(await running).toMatchObject({ status: 410 });
    expect(JSON.parse((await target.send('GET', `/sessions/${id}`)).text)).toMatchObject({
      status: 'error',
      error: expect.stringContaining('browser') as unknown,
    });
    expect(JSON.parse((await target.send('DELETE', `/sessions/${id}/stop`)).text)).toMatchObject({
      status: 'closed',
    });
    expect(performance.now() - beganMs).toBeLessThan(STOP_MS);
  });

  test('fifty calls at once on one session are all answered', async () => {
    const id = await target.start();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const call = ['observe', 'execute', 'scrape', 'screenshot'][index % 4] ?? '';
        return target.send('POST', `/sessions/${id}/page/${call}`, {
          body: call === 'execute' ? { type: 'evaluate_js', code: String(index) } : {},
        });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(
      answers
        .filter((_, index) => index % 4 === 1)
        .map(({ text }) => (JSON.parse(text) as { data: { markdown: string } }).data.markdown),
    ).toEqual(Array.from({ length: 13 }, (_, index) => String(4 * index + 1)));
    await target.send('DELETE', `/sessions/${id}/stop`);
  });

  test('starts with one key at once are one start, and a stop of it counts for all', async () => {
    const headers = { 'idempotency-key': 'k'.repeat(4_000) };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        target.send('POST', '/sessions/start', { body: {}, headers }),
      ),
    );
    const ids = new Set(
      answers.map(({ text }) => (JSON.parse(text) as { session_id: string }).session_id),
    );
    expect(ids.size).toBe(1);
    await target.refuses('POST', '/sessions/start', { body: { headless: true }, headers }, 422);
    const stops = await Promise.all(
      Array.from({ length: 8 }, () => target.send('DELETE', `/sessions/${[...ids].join()}/stop`)),
    );
    expect(stops.map(({ status }) => status)).toEqual(stops.map(() => 200));
    expect(
      JSON.parse((await target.send('POST', '/sessions/start', { body: {}, headers })).text),
    ).toMatchObject({ session_id: [...ids].join(), status: 'closed' });
  });
});

test('of the server: every request is answered or cut off, and nothing is left', async () => {
  const target = await openTarget();
  const id = await target.start();
  const cutOff = (): Pick<Answer, 'status'> => ({ status: 0 });
  const early = [
    target.send('POST', '/sessions/start', { body: {} }),
    target.send('POST', `/sessions/${id}/page/execute`, {
      body: { type: 'wait', time_ms: 30_000 },
    }),
    target.send('POST', '/scrape', { body: { url: silentUrl } }),
    target.send('POST', '/profiles/create', { body: {} }),
    target.send('POST', '/storage/uploads/x', {
      body: '--B',
      headers: { 'content-type': 'multipart/form-data; boundary=B', 'content-length': 1_000_000 },
    }),
  ].map((answer) => answer.catch(cutOff));
  await target.send('GET', '/health'); // they have arrived
  const closed = target.close();
  const late = Array.from({ length: 20 }, () =>
    target.send('POST', '/sessions/start', { body: {} }).catch(cutOff),
  );
  const statuses = (await Promise.all([...early, ...late])).map(({ status }) => status);
  expect([0, 200, 503]).toContain(statuses[0]);
  expect([0, 410]).toContain(statuses[1]);
  for (const status of statuses.slice(5)) expect([0, 503]).toContain(status);
  await closed;
});

function expectEnded(answer: Answer, id: string, beganMs: number): void {
  expectError({ ...answer, tookMs: performance.now() - beganMs - STOP_MS }, id);
  expect(answer.status, answer.text).toBe(410);
  expect(JSON.parse(answer.text)).toMatchObject({
    code: 'session_ended',
    session: { session_id: id, status: 'closed' },
  });
}
