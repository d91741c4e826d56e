/** Clients that hold a server up: those that never say what they want are cut off, and no more are let in than there is room for. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startSessionServer } from '../../src/server/index';

async function open(): Promise<{ url: string; connection: (said?: string) => Promise<Socket> }> {
  const server = await startSessionServer({ maxSessions: 1 });
  const sockets: Socket[] = [];
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close();
  });
  const port = Number(new URL(server.url).port);
  return {
    url: server.url,
    connection: async (said = '') => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket.on('error', () => undefined).resume());
      await once(socket, 'connect');
      socket.write(said);
      return socket;
    },
  };
}

test('a connection without a complete request is closed within 30 s', async () => {
  const { url, connection } = await open();
  const slow = await Promise.all(
    [
      '',
      'GET /health HTTP/1.1\r\n',
      'GET /health HTTP/1.1\r\nHost: localhost\r\nX: ',
      'GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n',
    ].map(connection),
  );
  const beganMs = performance.now();
  expect((await fetch(`${url}/health`)).status).toBe(200);
  await Promise.all(slow.map(async (socket) => socket.closed || once(socket, 'close')));
  expect(performance.now() - beganMs).toBeLessThan(30_000);
});
