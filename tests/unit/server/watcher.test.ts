/** Those who watch and take nothing, or are gone without a word: real sockets, at the other end of which nobody reads. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { ViewedEvent } from '../../../src/contract/viewer';
import { endIfUnresponsive } from '../../../src/server/viewer/live-view';
import { Watcher } from '../../../src/server/viewer/session-watch';

const MB = 1024 * 1024;
const EVENT: ViewedEvent = {
  ...{ kind: 'console', atMs: null, level: 'info', detail: '' },
  title: 'x'.repeat(MB / 8),
};

let http: Server;
let sockets: WebSocketServer;
let port: number;
/** Who has come. */
const open: (() => void)[] = [];

beforeEach(async () => {
  http = createServer();
  sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  ({ port } = http.address() as AddressInfo);
});
afterEach(() => {
  vi.useRealTimers();
  for (const leave of open.splice(0)) leave();
  sockets.close();
  http.close();
});

/** The server's end of a socket whose other end reads nothing after it has come in. */
async function silent(): Promise<WebSocket> {
  const raw = connect(port, '127.0.0.1', () =>
    raw.write(
      `GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${'A'.repeat(22)}==\r\n\r\n`,
    ),
  );
  raw.on('error', () => undefined);
  open.push(() => raw.destroy());
  const [socket] = (await once(sockets, 'connection')) as [WebSocket];
  socket.on('error', () => undefined);
  return socket;
}

test('one that reads nothing is cut off before it fills the memory', async () => {
  const socket = await silent();
  const watcher = new Watcher(socket, { view: 'full', mayDrive: false });
  let most = 0;
  for (let count = 0; count < 800 && socket.readyState === socket.OPEN; count++) {
    watcher.send({ kind: 'event', event: EVENT });
    most = Math.max(most, socket.bufferedAmount);
    await setImmediate(); // the system takes what it has room for
  }
  expect(socket.readyState).not.toBe(socket.OPEN);
  expect(most).toBeLessThan(5 * MB);
});

test('one that is gone without a word is cut off at the second question, and one that answers is not', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const gone = await silent();
  const coming = once(sockets, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  open.push(() => client.terminate());
  const [there] = (await coming) as [WebSocket];
  for (const socket of [gone, there]) endIfUnresponsive(socket);
  const closed = once(gone, 'close');
  for (let round = 0; round < 3; round++) {
    const answered = once(there, 'pong');
    vi.advanceTimersByTime(60_000);
    await answered;
  }
  await closed;
  expect(there.readyState).toBe(there.OPEN);
});
