/** What comes in beside ordinary requests: broken HTTP, upgrades, signed URLs and ranges that are wrong. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { expectError, inTime, openTarget, type Answer, type Target } from './target';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

let target: Target;
let running: string;
let ended: string;
/** Of the running session. */
let sockets: { cdp: string; recording: string; logs: string };
/** `Host` and key, as lines. */
let host: string;
let key: string;

beforeAll(async () => {
  target = await openTarget();
  [running, ended] = await Promise.all([target.start(), target.start()]);
  await target.send('DELETE', `/sessions/${ended}/stop`);
  sockets = (
    JSON.parse((await target.send('GET', `/sessions/${running}/debug`)).text) as {
      ws: typeof sockets;
    }
  ).ws;
  host = `Host: ${new URL(target.server.url).host}\r\n`;
  key = `Authorization: Bearer ${target.server.apiKey}\r\n`;
});
afterAll(() => target.close());

test('bytes that are no request of ours', async () => {
  const requests: [string, number][] = [
    ['garbage\r\n\r\n', 400],
    ['\0\x01\x02\x16\x03\x01\r\n\r\n', 400],
    ['GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 403],
    [`GET /sess\0ions HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET /a b HTTP/1.1\r\n${host}\r\n`, 400],
    [`GET /sessions/${'x'.repeat(20_000)} HTTP/1.1\r\n${host}${key}\r\n`, 431],
    [`GET /sessions HTTP/1.1\r\n${host}${key}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [`GET http://evil.test/sessions HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, 401],
    [`CONNECT 127.0.0.1:1 HTTP/1.1\r\n${host}\r\n`, 404],
    [`OPTIONS * HTTP/1.1\r\n${host}${key}Connection: close\r\n\r\n`, 404],
    [`POST /sessions/start HTTP/1.1\r\n${host}${key}Content-Length: -1\r\n\r\n`, 400],
    [
      `POST /sessions/start HTTP/1.1\r\n${host}${key}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      400,
    ],
    [
      `POST /sessions/start HTTP/1.1\r\n${host}${key}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      `POST /sessions/start HTTP/1.1\r\n${host}${key}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    [
      `POST /sessions/start HTTP/1.1\r\n${host}${key}Expect: something\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      415,
    ],
    [`POST /nowhere HTTP/1.1\r\n${host}${key}Content-Length: 100\r\n\r\nonly a part`, 404],
  ];
  for (const [text, status] of requests) await refusesRaw(text, status);
});

test('what is refused does not spoil the next request of the connection', async () => {
  const first = `POST /sessions/start HTTP/1.1\r\n${host}${key}Content-Type: text/plain\r\nContent-Length: 30\r\n\r\nDELETE /profiles/x HTTP/1.1\r\n\r\n`;
  const { text } = await target.sendRaw(
    `${first}GET /health HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  );
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  expect(text).toContain('"status":415');
});

test('upgrades that may not come in', async () => {
  const { pathname, search } = new URL(sockets.cdp);
  const viewer = new URL(sockets.recording).search;
  const paths: [string, number][] = [
    [`${pathname}?token=x`, 401],
    [pathname, 401],
    [`${pathname}${viewer}`, 401], // whoever may watch may not drive
    [`${pathname}?token=${target.server.apiKey}`, 401],
    [`${pathname}/NOBODY${search}`, 404],
    [`${pathname}/..%2f..%2fjson${search}`, 404],
    [`/sessions/${ended}/cdp?token=x`, 401],
    [`/sessions/nobody/cdp${search}`, 404],
    [`/sessions/${running}/debug/logs?token=x`, 401],
    [`/sessions/${running}/debug/recording`, 401],
    [`/sessions/${ended}/debug/recording?token=${target.server.apiKey}`, 410],
    [`/sessions/${ended}/debug/logs?token=${target.server.apiKey}`, 410],
    ['/health', 404],
    ['/%zz', 404],
    ['/', 404],
  ];
  for (const [path, status] of paths)
    await refusesRaw(`GET ${path} HTTP/1.1\r\n${host}${UPGRADE}\r\n`, status);
  await refusesRaw(
    `GET ${pathname}${search} HTTP/1.1\r\n${host}Origin: https://evil.test\r\n${UPGRADE}\r\n`,
    403,
  );
  await refusesRaw(`GET ${pathname}${search} HTTP/1.1\r\nHost: evil.test\r\n${UPGRADE}\r\n`, 403);
  for (const wrong of [
    UPGRADE.replace('websocket', 'h2c'),
    UPGRADE.replace('13', '99'),
    UPGRADE.replace('dGhl', '?'),
    UPGRADE.replace(/Sec-WebSocket-Key.*\r\n/, ''),
  ])
    await refusesRaw(`GET ${pathname}${search} HTTP/1.1\r\n${host}${wrong}\r\n`, 400);
});

test('sockets that are open end with their session', async () => {
  const id = await target.start();
  const { ws } = JSON.parse((await target.send('GET', `/sessions/${id}/debug`)).text) as {
    ws: typeof sockets;
  };
  const open = await Promise.all([ws.cdp, ws.recording, ws.logs].map(opened));
  const closed = Promise.all(
    open.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  open[0]?.send('no command');
  open[2]?.send('x'.repeat(1_000_000)); // nobody asked it anything
  await target.send('DELETE', `/sessions/${id}/stop`);
  await closed;
});

test('signed URLs that were changed, and ranges that are none', async () => {
  const form =
    '--B\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhello\r\n--B--\r\n';
  expect(
    await target.send('POST', '/storage/uploads/a.txt', {
      body: form,
      headers: { 'content-type': 'multipart/form-data; boundary=B' },
    }),
  ).toMatchObject({ status: 200 });
  const { url } = JSON.parse((await target.send('GET', '/storage/uploads/a.txt')).text) as {
    url: string;
  };
  const { pathname, search } = new URL(url);
  const headers = { authorization: '' };
  for (const query of [
    '',
    '?expires=&signature=',
    search.slice(0, -1),
    search.replace(/expires=\d/, 'expires=9'),
    search.replace(/expires=\d/, 'expires=0'),
    `?expires=99999999999999&${search.slice(1)}`,
    search.replace('signature', 'Signature'),
  ])
    await target.refuses('GET', pathname + query, { headers }, 401);
  for (const path of [
    pathname.replace('a.txt', 'b.txt'),
    pathname.replace('a.txt', '..%2f..%2fserver.json'),
    `/sessions/${ended}/replay.mp4`,
    `/sessions/${ended}/tests/0/clip.mp4`,
    `/sessions/${ended}/network/logs/x`,
    `/sessions/${running}/viewer`,
  ])
    await target.refuses('GET', path + search, { headers }, 401);
  for (const range of ['bytes=5-', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])
    await target.refuses('GET', pathname + search, { headers: { ...headers, range } }, 416);
  for (const range of [
    'bytes=9-1',
    'bytes=a-b',
    'bytes=0-1,2-3',
    'lines=1-2',
    'bytes=-',
    'bytes=0x1-2',
    '\xff',
  ])
    expect(
      await target.send('GET', pathname + search, { headers: { ...headers, range } }),
      range,
    ).toMatchObject({ status: 200, text: 'hello' });
  for (const range of ['bytes=1-2', `bytes=1-${'9'.repeat(400)}`, `bytes=-${'9'.repeat(400)}`])
    expect(
      await target.send('GET', pathname + search, { headers: { ...headers, range } }),
      range,
    ).toMatchObject({ status: 206 });
  expect(await target.send('HEAD', pathname + search, { headers })).toMatchObject({
    status: 200,
    text: '',
  });
});

test('the server goes on', async () => {
  expect(JSON.parse((await target.send('GET', `/sessions/${running}`)).text)).toMatchObject({
    status: 'active',
  });
});

async function refusesRaw(text: string, status: number): Promise<Answer> {
  const answer = await inTime(() => target.sendRaw(text));
  expectError(answer, text.slice(0, 200));
  expect(answer.status, text.slice(0, 200)).toBe(status);
  return answer;
}

function opened(url: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.once('open', () => resolve(socket)).once('error', reject);
  });
}
