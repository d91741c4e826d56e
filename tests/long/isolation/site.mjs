/** The application under test of the isolation suite. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const page = (body) =>
  `<!doctype html><html><head><meta charset="utf-8"><title>Site</title></head><body>${body}</body></html>`;

let cached = 0;
/** How many downloads without an end are under way. */
let downloads = 0;

/** Path to body, or to body and headers. */
const routes = {
  '/': () =>
    page(
      '<h1>Site</h1><a href="/file.txt" download>File</a> <a href="/endless" download>Endless</a> <button>Press</button>',
    ),
  '/late': () =>
    page(
      '<script>setTimeout(() => document.body.insertAdjacentHTML("beforeend", "<button>Late</button>"), 200)</script>',
    ),
  '/headers': (request) => [
    JSON.stringify(request.headers),
    { 'content-type': 'application/json' },
  ],
  '/cached': () => [String((cached += 1)), { 'cache-control': 'max-age=3600' }],
  '/cached.js': () => [
    `var cached = ${(cached += 1)};`,
    { 'content-type': 'text/javascript', 'cache-control': 'max-age=3600' },
  ],
  '/set-cookie': () => ['', { 'set-cookie': 'served=1' }],
  '/file.txt': () => ['text', { 'content-disposition': 'attachment; filename=file.txt' }],
  '/service-worker.js': () => [
    'onfetch = (event) => { if (event.request.url.endsWith("/who")) event.respondWith(new Response("worker")); if (event.request.url.endsWith("/ask")) event.respondWith(fetch("/asked", { cache: "no-store" })); }; oninstall = () => skipWaiting(); onactivate = (event) => event.waitUntil(clients.claim());',
    { 'content-type': 'text/javascript' },
  ],
  '/shared-worker.js': () => [
    'let count = 0; onconnect = (event) => event.ports[0].postMessage(++count);',
    { 'content-type': 'text/javascript' },
  ],
  '/who': () => 'server',
  '/asked': () => 'server',
  '/downloads': () => String(downloads),
  '/private': (request) => request.headers.authorization,
  /** Where the same machine answers with a certificate that nobody trusts; empty without openssl. */
  '/secure': () => secureUrl,
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/private' && request.headers.authorization === undefined) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="private"' }).end('who?');
    return;
  }
  if (pathname === '/slow') {
    setTimeout(() => response.setHeader('content-type', 'text/html').end(page('Slow')), 300);
    return;
  }
  if (pathname === '/endless') {
    response.writeHead(200, { 'content-disposition': 'attachment; filename=endless.bin' });
    response.write('x'.repeat(10_000));
    downloads += 1;
    response.once('close', () => (downloads -= 1));
    return;
  }
  const answer = routes[pathname]?.(request) ?? page(pathname);
  const [body, headers] = Array.isArray(answer) ? answer : [answer, {}];
  response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(body);
});

let secureUrl = '';

/** A server with a certificate of its own. */
async function serveSecurely() {
  const folder = mkdtempSync(join(tmpdir(), 'sw-site-'));
  const [key, cert] = ['key', 'cert'].map((name) => join(folder, name));
  const what = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  const made = spawnSync('openssl', ['req', ...what, '-keyout', key, '-out', cert]);
  if (made.status === 0) {
    const tls = { key: readFileSync(key), cert: readFileSync(cert) };
    const secure = createSecureServer(tls, (_, response) => response.end('secure'));
    await new Promise((listens) => secure.listen(0, '127.0.0.1', listens));
    secureUrl = `https://localhost:${secure.address().port}/`;
  }
  rmSync(folder, { recursive: true });
}

await serveSecurely();
server.listen(0, '127.0.0.1', () => console.log(`http://localhost:${server.address().port}`));
