import { createServer, connect, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { OptionsError } from '../../../src/contract/errors';
import { RpcPeer, type CallHandler } from '../../../src/host/rpc';

let server: Server | undefined;

afterEach(() => server?.close());

/** A side that stands still: the system accepts for it, and nothing is ever read. */
async function standstill(): Promise<RpcPeer> {
  server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  void once(socket, 'close').then(() => accepted.destroy());
  return new RpcPeer(socket);
}

async function pair(handler: CallHandler): Promise<{ near: RpcPeer; far: RpcPeer }> {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  return { near: new RpcPeer(socket), far: new RpcPeer(accepted, handler) };
}

test('answers find their calls, whatever their order', async () => {
  const held: (() => void)[] = [];
  const { near, far } = await pair(async (method) => {
    if (method === 'slow') await new Promise<void>((resolve) => held.push(resolve));
    return method.toUpperCase();
  });
  const slow = near.request('slow', {});
  expect(await near.request('quick', {})).toBe('QUICK');
  held.forEach((release) => release());
  expect(await slow).toBe('SLOW');
  far.close();
});

test('text of every kind passes, in pieces or not', async () => {
  const { near, far } = await pair(async (_, params) => params);
  const text = `ümläut \n line ${'x'.repeat(300_000)} 🎭`;
  expect(await near.request('echo', { text })).toEqual({ text });
  far.close();
});

test('an error keeps its name, code and fields', async () => {
  const { near, far } = await pair(async () => {
    throw new OptionsError('wrong', { path: 'use.sessionOptions.headles' });
  });
  await expect(near.request('any', {})).rejects.toMatchObject({
    name: 'OptionsError',
    code: 'invalid_options',
    path: 'use.sessionOptions.headles',
    message: 'wrong',
  });
  far.close();
});

test('calls under way fail when the other side goes, and later ones too', async () => {
  const { near, far } = await pair(() => new Promise(() => undefined));
  const waiting = near.request('never', {});
  far.close();
  await expect(waiting).rejects.toMatchObject({ code: 'host_unavailable' });
  await near.closed;
  expect(near.isOpen).toBe(false);
  await expect(near.request('later', {})).rejects.toMatchObject({ code: 'host_unavailable' });
});

test('a side that stands still is given up, and whoever waits for it hears so', async () => {
  const near = await standstill();
  let told = 0;
  const waiting = near.request('never', {});
  near.watch({ everyMs: 20, misses: 3, onSilent: () => told++ });
  await expect(waiting).rejects.toMatchObject({
    code: 'host_unavailable',
    message: expect.stringContaining('did not answer for 0.06 s') as unknown,
  });
  await near.closed;
  expect(told).toBe(1);
});

test('a call may take as long as it likes while the other side shows that it runs', async () => {
  let answer: (value: string) => void = () => undefined;
  const { near, far } = await pair(() => new Promise<string>((resolve) => (answer = resolve)));
  near.watch({ everyMs: 20, misses: 30, onSilent: () => expect.unreachable() });
  const long = near.request('long', {});
  await expect(near.request('short', {}, { timeoutMs: 1_000 })).rejects.toMatchObject({
    code: 'host_unavailable',
    message: expect.stringContaining('did not answer short within 1 s') as unknown,
  });
  expect(near.isOpen).toBe(true);
  answer('not for the one that was given up');
  far.close();
  await expect(long).rejects.toMatchObject({ code: 'host_unavailable' });
});

test.each(['GET / HTTP/1.1', 'null', '5', '"text"', '[]', ''])(
  'whoever says %j is no part of a run: the connection ends, and nothing else',
  async (line) => {
    const { socket, far } = await connected();
    socket.write(`${line}\n`);
    await far.closed;
    await once(socket, 'close');
  },
);

test('a line that never ends is not kept for ever', async () => {
  const { socket, far } = await connected();
  const more = (error?: Error | null): void => {
    if (!error) socket.write('x'.repeat(1024 * 1024), more);
  };
  more();
  await far.closed;
  socket.destroy();
});

/** A socket that anybody could have opened, to a side that answers. */
async function connected(): Promise<{ socket: Socket; far: RpcPeer }> {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const [accepted] = (await once(server, 'connection')) as [Socket];
  return { socket, far: new RpcPeer(accepted, async (method) => method) };
}
