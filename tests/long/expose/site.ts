/** The site of the tests of `exposeNetwork`: what servers do, each at an address of its own. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';

/** A site that listens on 127.0.0.1 only. */
export interface Site {
  port: number;
  close(): Promise<void>;
}

type Page = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const LONG_TEXT = 'what was pressed comes out whole '.repeat(500);
const DOT = Buffer.from('R0lGODlhAgADAIAAAP///wAAACH5BAAAAAAALAAAAAACAAMAAAICRFYAOw==', 'base64');
const html =
  (text: string): Page =>
  (_, response) =>
    response.setHeader('content-type', 'text/html').end(text);
const script =
  (text: string): Page =>
  (_, response) =>
    response.setHeader('content-type', 'text/javascript').end(text);
const waiting: (() => void)[] = [];

const PAGES: Record<string, Page> = {
  '/': html(
    '<title>Site</title><img src="/dot.gif"><form method=post action=/upload enctype=multipart/form-data><input type=file name=file><button>Send</button></form><a target=_blank href="/popup">Popup</a>',
  ),
  '/popup': html('<title>Popup</title>'),
  '/frame': html('<iframe src="/popup"></iframe>'),
  '/dot.gif': (_, response) => response.setHeader('content-type', 'image/gif').end(DOT),
  '/echo': ({ method, headers }, response, body) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ method, headers, body: body.toString('latin1') })),
  '/upload': (_, response, body) =>
    response
      .setHeader('content-type', 'text/html')
      .end(`<title>${body.length} ${sum(body)}</title>`),
  '/binary': (_, response, body) => response.end(String(sum(body))),
  '/login': (_, response) =>
    response
      .writeHead(303, {
        location: '/hop',
        'set-cookie': ['id=secret; HttpOnly; Path=/', 'theme=dark; Max-Age=600; SameSite=Strict'],
      })
      .end(),
  '/hop': (_, response) => response.writeHead(302, { location: '/account?from=hop' }).end(),
  '/account': ({ headers, method }, response) =>
    response
      .setHeader('set-cookie', 'seen=1')
      .setHeader('content-type', 'text/html')
      .end(`<title>${method} ${headers.cookie}</title>`),
  '/teapot': (_, response) =>
    response.writeHead(418, "I'm a teapot", { 'content-type': 'text/html' }).end('<h1>Short</h1>'),
  '/broken': (_, response) => response.writeHead(500).end('broken'),
  '/none': (_, response) => response.writeHead(204).end(),
  '/reset': ({ socket }) => socket.resetAndDestroy(),
  '/gzip': (_, response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })
      .end(gzipSync(LONG_TEXT)),
  '/brotli': (_, response) => {
    const body = brotliCompressSync(LONG_TEXT);
    response.writeHead(200, { 'content-encoding': 'br', 'content-length': body.length }).end(body);
  },
  '/wait': (_, response) => waiting.push(() => response.end('waited')),
  '/release': (_, response) => {
    for (const release of waiting.splice(0)) release();
    response.end();
  },
  '/tone.wav': ({ headers }, response) => {
    const tone = wav(2);
    const [, from = '0', to] = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '') ?? [];
    const end = Math.min(Number(to || tone.length - 1), tone.length - 1);
    response
      .writeHead(206, {
        'content-type': 'audio/wav',
        'accept-ranges': 'bytes',
        'content-range': `bytes ${from}-${end}/${tone.length}`,
      })
      .end(tone.subarray(Number(from), end + 1));
  },
  '/open': ({ headers }, response) =>
    response
      .writeHead(200, {
        'access-control-allow-origin': headers.origin ?? '*',
        'access-control-allow-credentials': 'true',
        'content-type': 'application/json',
      })
      .end(JSON.stringify(headers)),
  '/enter': (_, response) =>
    response
      .setHeader('set-cookie', [
        'strict=1; Path=/; SameSite=Strict',
        'lax=1; Path=/; SameSite=Lax',
        'unsaid=1; Path=/',
        'none=1; Path=/; SameSite=None; Secure',
      ])
      .setHeader('content-type', 'text/html')
      .end('<title>Entered</title>'),
  '/sandboxed': (_, response) =>
    response
      .writeHead(200, {
        'content-type': 'text/html',
        'content-security-policy': 'sandbox allow-scripts',
      })
      .end('<title>Sandboxed</title>'),
  '/shared': ({ method, headers }, response) =>
    response
      .writeHead(method === 'OPTIONS' ? 204 : 200, {
        'access-control-allow-origin': headers.origin ?? '*',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-asked',
      })
      .end(),
  '/file': (_, response) =>
    response.setHeader('content-disposition', 'attachment; filename=got.txt').end('got'),
  '/worker.js': script("fetch('/echo').then(({ status }) => postMessage(status))"),
  '/service-worker.js': script(
    "self.addEventListener('fetch', (event) => event.request.url.endsWith('/by-worker') && event.respondWith(fetch('/echo', { method: 'PUT' })))",
  ),
  '/events': (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n'),
  '/long': (_, response) => response.end(Buffer.alloc(33 * 1024 * 1024)),
};

/** Starts it on a free port. */
export async function startSite(): Promise<Site> {
  const server = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (asked) => [...asked][0] ?? false,
  });
  sockets.on('headers', (headers, { url }) => {
    if (url === '/sets')
      headers.push(
        'Set-Cookie: strict-set=1; SameSite=Strict',
        'Set-Cookie: none-set=1; SameSite=None; Secure; HttpOnly; Path=/; Max-Age=600',
      );
  });
  sockets.on('connection', (socket, { headers }) => {
    socket.send(JSON.stringify({ cookie: headers.cookie ?? '', origin: headers.origin }));
    socket.on('message', (data, isBinary) => {
      if (Buffer.from('close').equals(data as Buffer)) socket.close(4321, 'asked to');
      else socket.send(data, { binary: isBinary });
    });
    socket.on('close', (code) => closes.push(code));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const closes: number[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { pathname } = new URL(request.url ?? '', 'http://site');
  if (pathname === '/closes') response.end(JSON.stringify(closes));
  else if (PAGES[pathname]) PAGES[pathname](request, response, Buffer.concat(chunks));
  else response.writeHead(404).end('nothing here');
}

/** The sum of all bytes: each of them has come through. */
function sum(body: Buffer): number {
  return body.reduce((total, byte) => total + byte, 0);
}

/** A silent recording of so many seconds. */
function wav(seconds: number): Buffer {
  const rate = 8000;
  const header = Buffer.alloc(44);
  header.write('RIFF');
  header.writeUInt32LE(36 + seconds * rate, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(seconds * rate, 40);
  return Buffer.concat([header, Buffer.alloc(seconds * rate, 128)]);
}
