/** Pages that would keep the server busy, or take all of its memory, when they are observed. It answers, and other callers do not wait. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, type ServeProcess } from '../../e2e/support/serve-process';

const many = (count: number, html: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => html(at + 1)).join('');

/** By their path. */
const pages: Record<string, () => string> = {
  '/buttons': () => many(100_000, (at) => `<button>Buy ${at}</button>`),
  '/liar': () =>
    `<script>document.querySelectorAll = () => []</script>${pages['/buttons']?.() ?? ''}`,
  '/frames': () =>
    many(4, (at) => `<iframe srcdoc="${many(10_000, (n) => `<b>${at} ${n}</b>`)}"></iframe>`),
  '/names': () => many(200, (at) => `<button>${at}${'n'.repeat(100_000)}</button>`),
  '/same': () => many(2_400, () => '<button style="position:absolute;top:0;left:0">Buy</button>'),
  '/links': () => many(25_000, (at) => `<a href="/it/${at}">It ${at}</a> `),
};

let server: ServeProcess;
let site: Server;
let siteUrl: string;
let id: string;

beforeAll(async () => {
  server = await serve([]);
  site = createServer((request, response) => {
    const html = pages[request.url ?? '']?.();
    if (html === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  id = (await server.call('POST', '/sessions/start', { body: {} })).body['session_id'] as string;
});
afterAll(async () => {
  await server.end('SIGTERM');
  await new Promise((resolve) => site.close(resolve));
});

/** How much longer than alone something may take, where others use the machine too. */
const slowness = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** Observes a page that is open already, while somebody else asks for `/health`. */
async function observe(path: string): Promise<{
  status: number;
  body: Record<string, unknown>;
  ms: number;
  slowestHealthMs: number;
}> {
  const opened = { type: 'goto', url: siteUrl + path };
  expect(await server.call('POST', `/sessions/${id}/page/execute`, { body: opened })).toMatchObject(
    { status: 200 },
  );
  let slowestHealthMs = 0;
  const beganMs = performance.now();
  const observing = server.call('POST', `/sessions/${id}/page/observe`, { body: {} });
  for (let done = undefined as unknown; done === undefined;) {
    const askedMs = performance.now();
    await server.call('GET', '/health');
    slowestHealthMs = Math.max(slowestHealthMs, performance.now() - askedMs);
    done = await Promise.race([observing, setTimeout(20)]);
  }
  return { ...(await observing), ms: performance.now() - beganMs, slowestHealthMs };
}

test.each([
  ['/buttons', /it has 10\d{4} elements, and at most 30000 are read/],
  ['/liar', /it has 10\d{4} elements/],
  ['/frames', /it has 40\d{3} elements/],
  ['/names', /it has 21 MB of text, and at most 8 MB are read/],
])('%s is too large to be observed: the answer says so at once', async (path, message) => {
  const { status, body, ms, slowestHealthMs } = await observe(path);
  expect(body).toMatchObject({
    code: 'page_too_large',
    message: expect.stringMatching(message) as unknown,
  });
  expect(status).toBe(422);
  expect(slowestHealthMs).toBeLessThan(250 * slowness());
  expect(ms).toBeLessThan(10_000 * slowness());
});

test('thousands of elements in one place are all listed', async () => {
  const { status, body } = await observe('/same');
  expect(status).toBe(200);
  expect(body).toMatchObject({ space: { elements: { length: 2_400 } } });
});

test('of very many elements the first ones are listed, and the answer says so', async () => {
  const { status, body, ms, slowestHealthMs } = await observe('/links');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    space: {
      elements: { length: 2_500 },
      description: expect.stringMatching(
        /L2500\[:\].*\n_\[:\]\*\*The page was cut here\*\*: it has 25000 elements .* of which the first 2500 are listed\.$/,
      ) as unknown,
    },
  });
  expect(slowestHealthMs).toBeLessThan(250 * slowness());
  expect(ms).toBeLessThan(10_000 * slowness());
});
