/** Whose a connection is, by both of its addresses. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { isFromProcess, tellsPeers } from '../../../src/server/browsers/peer-process';

test.runIf(tellsPeers).each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '::ffff:127.0.0.1'],
  ['::1', '::1'],
  ['::', '127.0.0.1'],
])('at a listener on %s, a connection to %s belongs to this process', async (listener, host) => {
  const server = createServer().listen(0, listener);
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, host);
  const [socket] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  const connection = {
    from: { address: socket.remoteAddress, port: socket.remotePort },
    to: { address: socket.localAddress, port: socket.localPort },
  };
  expect(await isFromProcess(connection, [process.pid])).toBe(true);
  expect(await isFromProcess(connection, [process.ppid])).toBe(false);
  for (const address of ['127.0.0.2', '::2', '::ffff:127.0.0.2', undefined]) {
    const elsewhere = { ...connection, from: { ...connection.from, address } };
    expect(await isFromProcess(elsewhere, [process.pid]), address).toBe(false);
  }
});
