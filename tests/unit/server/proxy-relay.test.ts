/** What the relay passes on, and that nothing of it stays open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { isFromProcess, tellsPeers } from '../../../src/server/browsers/peer-process';
import { ProxyRelay } from '../../../src/server/browsers/proxy-relay';

const SIGNED_IN = `proxy-authorization: Basic ${Buffer.from('me:secret').toString('base64')}`;

/** Connections that are open at the proxy. */
const open = new Set<Socket>();
let proxy: Server;

/** A proxy that answers the first bytes of each connection with what `answer` says, and nothing where it says nothing. */
async function relayTo(answer: (question: string) => string | undefined): Promise<ProxyRelay> {
  proxy = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.once('data', (question: Buffer) => {
      const text = answer(question.toString());
      if (text !== undefined) socket.write(text);
    });
  });
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const url = new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const relay = await ProxyRelay.open({ url, username: 'me', password: 'secret' });
  onTestFinished(() => relay.close());
  relay.admit(async (connection) => !tellsPeers || isFromProcess(connection, [process.pid]));
  return relay;
}

afterEach(() => {
  for (const socket of open) socket.destroy();
  proxy.close();
});

test('a page is asked for with the password, and answered as the proxy answers', async () => {
  let asked = '';
  const relay = await relayTo((question) => {
    asked = question;
    return 'HTTP/1.1 418 I am a teapot\r\nx-proxy: yes\r\ncontent-length: 3\r\n\r\ntea';
  });
  const asking = request(relay.server, { path: 'http://shop.test/a?b=c', agent: false }).end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers['x-proxy'], await text(response)]).toEqual([
    418,
    'yes',
    'tea',
  ]);
  expect(asked).toMatch(/^GET http:\/\/shop\.test\/a\?b=c HTTP\/1\.1\r\n/);
  expect(asked).toContain(SIGNED_IN);
});

test.each([
  ['a status that is none', 'HTTP/1.1 042 x', 502],
  ['a reason that is none', 'HTTP/1.1 200 O\x01K', 200],
])('%s in the answer of the proxy harms nobody', async (_, firstLine, status) => {
  const relay = await relayTo(
    () => `${firstLine}\r\nconnection: close\r\ncontent-length: 3\r\n\r\ntea`,
  );
  for (let round = 0; round < 2; round++) {
    const asking = request(relay.server, { path: 'http://shop.test/', agent: false }).end();
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(status);
    expect(await text(response)).toMatch(status === 200 ? /^tea$/ : /^The proxy .* answer/);
  }
});

test.each([
  ['a tunnel', 'CONNECT shop.test:443 HTTP/1.1\r\nhost: shop.test:443\r\n\r\n'],
  ['a page', 'GET http://shop.test/ HTTP/1.1\r\nhost: shop.test\r\n\r\n'],
])('%s that the proxy never answers ends with the relay', async (_, question) => {
  let isAsked: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const relay = await relayTo((text) => {
    expect(text).toContain(SIGNED_IN);
    isAsked();
    return undefined;
  });
  const browser = connect(Number(new URL(relay.server).port), '127.0.0.1');
  browser.on('error', () => undefined).write(question);
  await asked;
  relay.close();
  await expect.poll(() => open.size).toBe(0);
});

test.runIf(tellsPeers).each([
  ['a tunnel', 'CONNECT shop.test:443 HTTP/1.1\r\nhost: shop.test:443\r\n\r\n'],
  ['a page', 'GET http://shop.test/ HTTP/1.1\r\nhost: shop.test\r\n\r\n'],
])('%s is refused to another process, and nothing is asked of the proxy', async (_, question) => {
  let asked = 0;
  const relay = await relayTo(() => {
    asked += 1;
    return 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntea';
  });
  const program = `
    const socket = require('node:net').connect(${new URL(relay.server).port}, '127.0.0.1');
    socket.on('error', () => {}).pipe(process.stdout);
    socket.write(${JSON.stringify(question)});`;
  const other = spawn(process.execPath, ['-e', program]);
  expect(await text(other.stdout)).toMatch(/^HTTP\/1\.1 403 [^]*serves the browser of one session/);
  expect(asked).toBe(0);
});

test.runIf(tellsPeers)(
  'another process is refused that connects from the port of the browser, at another address',
  async () => {
    const relay = await relayTo(() => undefined);
    const { port } = new URL(relay.server);
    const browser = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void browser.destroy());
    await once(browser, 'connect');
    const program = `
    const tryNext = (nth) => {
      const from = { localAddress: '127.0.1.' + nth, localPort: ${browser.localPort ?? 0} };
      const socket = require('node:net').connect({ port: ${port}, host: '127.0.0.1', ...from });
      socket.setTimeout(5_000, () => socket.destroy());
      socket.once('data', (text) => {
        process.stdout.write(String(text).slice(0, 12) + '\\n');
        socket.resetAndDestroy(); // no trace of it in the kernel's list, which is searched for the next one
        if (nth < 10) tryNext(nth + 1);
      });
      socket.write('GET http://shop.test/ HTTP/1.1\\r\\nhost: shop.test\\r\\n\\r\\n');
    };
    tryNext(1);`;
    const other = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const answers = (await text(other.stdout)).trim().split('\n');
    expect(answers).toEqual(Array.from({ length: 10 }, () => 'HTTP/1.1 403'));
  },
);

test('whoever comes before it is known who may waits for it', async () => {
  const own = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  onTestFinished(() => void own.close());
  await new Promise<void>((listening) => own.listen(0, '127.0.0.1', listening));
  const url = new URL(`http://127.0.0.1:${(own.address() as AddressInfo).port}`);
  const relay = await ProxyRelay.open({ url, username: 'me', password: 'secret' });
  onTestFinished(() => relay.close());
  const asking = request(relay.server, { path: 'http://shop.test/', agent: false }).end();
  await once(asking, 'finish');
  relay.admit(async () => true);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
});
