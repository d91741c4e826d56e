/** Pages that would keep the server busy for minutes: a separate process scrapes them within its time limit, and other requests do not wait. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';

const items = (count: number, item: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => item(at + 1)).join('');

/** By their path. */
const pages: Record<string, () => string> = {
  '/list': () => `<ol>${items(100_000, (at) => `<li>Item ${at} of a list</li>`)}</ol>`,
  '/links': () => `<ul>${items(100_000, (at) => `<li><a href="/it/${at}">It ${at}</a></li>`)}</ul>`,
  '/bold': () => '<b>'.repeat(100_000) + 'end',
  '/deep': () => `${'<ul><li>'.repeat(250)}${'<li>x'.repeat(5_000)}`,
  '/shadows': () =>
    `<body><script>for (let i = 0; i < 6000; i++) { const host = document.createElement('div'); host.attachShadow({ mode: 'open' }).innerHTML = '<p>Shadow ' + i + '</p>'; document.body.append(host); }</script>`,
  '/space': () => `<pre>a${' \n'.repeat(100_000)}b</pre>`,
  '/text': () => `<p>${'word '.repeat(1_000_000)}</p>`,
  '/images': () => '<img src="/a.png">'.repeat(2_500),
};

let api: TestApi;
let site: Server;
let siteUrl: string;
let id: string;

beforeAll(async () => {
  api = await startApi();
  site = createServer((request, response) => {
    const html = pages[request.url ?? '']?.();
    if (html === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  id = (await api.call('POST', '/sessions/start', { body: {} })).body['session_id'] as string;
});
afterAll(async () => {
  await api.server.close();
  await new Promise((resolve) => site.close(resolve));
});

/** How much longer than alone something may take, where others use the machine too. */
const slowness = (): number => Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

/** Scrapes a page that is open already, while somebody else asks for `/health`. */
async function scrape(
  path: string,
  options: object = {},
): Promise<{ markdown: string; slowestHealthMs: number }> {
  const opened = { action: { type: 'goto', url: siteUrl + path } };
  expect(
    await api.call('POST', `/sessions/${id}/page/execute`, { body: opened.action }),
  ).toMatchObject({
    status: 200,
  });
  let slowestHealthMs = 0;
  const scraping = api.call('POST', `/sessions/${id}/page/scrape`, { body: options });
  for (let done = undefined as unknown; done === undefined;) {
    const askedMs = performance.now();
    await api.call('GET', '/health');
    slowestHealthMs = Math.max(slowestHealthMs, performance.now() - askedMs);
    done = await Promise.race([scraping, setTimeout(20)]);
  }
  const { status, body } = await scraping;
  expect(status, JSON.stringify(body).slice(0, 500)).toBe(200);
  return {
    markdown: String(body['markdown']),
    slowestHealthMs,
  };
}

test.each([
  ['/list', /^1\. Item 1 of a list\n2\. [^]*\n100000\. Item 100000 of a list$/],
  [
    '/links',
    /^- \[It 1\][^]*\*\*The page was cut here\*\*: it has \d\.\d MB of HTML, of which 4\.0 MB were read\./,
  ],
  ['/bold', /^(\*\*)+end(\*\*)+$/],
  ['/deep', /x/],
  ['/shadows', /^Shadow 0\n\nShadow 1\n[^]*Shadow 5999$/],
  ['/space', /^a\n\nb$/],
  ['/text', /^word word [^]*it has 5\.0 MB of HTML, of which 4\.0 MB were read\./],
])(
  '%s is scraped within the time limit, and other requests do not wait',
  async (path, expected) => {
    const { markdown, slowestHealthMs } = await scrape(path);
    expect(markdown).toMatch(expected);
    expect(slowestHealthMs).toBeLessThan(250 * slowness());
  },
);

test('of many images the first ones are listed, and it says so', async () => {
  const { markdown } = await scrape('/images', { only_images: true });
  expect(markdown).toMatch(/the page has 2500 images, of which the first 2000 are listed/);
});
