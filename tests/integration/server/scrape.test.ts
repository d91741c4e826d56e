/** What the API reads from a page: markdown, images; over HTTP, of pages in a real Chromium. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestApi } from './api';
import { startApi } from './api';

const paragraph = (topic: string): string =>
  `<p>The ${topic} is described here at some length, with commas, clauses and a <a href="/more/${topic}">link to more</a>, so that whoever reads it, or weighs it, finds that it is content and not decoration.</p>`;

const ARTICLE = `<!doctype html><html><head><title>Bees of the north</title><style>.x{}</style><script>var secretScript = 1</script></head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/contact">Contact</a></li></ul></nav></header>
<main><article><h1>Bees of the north</h1>${['hive', 'queen', 'swarm', 'honey'].map(paragraph).join('')}
<table><tr><td>Kind</td><td>Size | mm</td></tr><tr><td>Bumble<br>bee</td><td>20</td></tr></table>
<ul><li>First<ul><li>Inner</li></ul></li><li><strong>Second</strong></li></ul><pre><code class="language-js">let a = 1;
let b = 2;</code></pre><img src="img/bee.png" alt="A bee"><p style="display: none">Hidden words</p><p hidden>More hidden words</p></article></main>
<noscript>No script here</noscript><aside><p>Buy our honey</p></aside><footer>All rights reserved</footer></body></html>`;

const pages: Record<string, string> = {
  '/article/bees': ARTICLE,
  '/shadow': `<div id="host"><b>Light</b><i slot="end">End</i></div><script>const root = document.getElementById('host').attachShadow({ mode: 'open' }); root.innerHTML = '<h2>Shadow</h2><slot></slot><p>between</p><slot name="end">nothing</slot><div id="inner"></div>'; root.getElementById('inner').attachShadow({ mode: 'open' }).innerHTML = '<p>Deeper</p>'</script>`,
  '/frames':
    '<p>Around</p><iframe src="/inner"></iframe><iframe srcdoc="<p>Second frame</p>"></iframe>',
  '/inner': '<p>Framed <a href="deep">words</a></p>',
  '/images':
    '<link rel="icon" href="data:,"><img src="/wide.png" alt="A view" width="300" height="200"><img src="/wide.png" alt="A view" width="300" height="200"><img src="/small.png" width="16" height="16" alt="Cart"><img src="/line.png" alt="" width="400" height="100"><svg width="20" height="20"><title>Menu</title></svg><svg width="200" height="200" aria-label="Chart"></svg><img src="/brand-icon.png" width="100" height="100" alt="Brand">',
  '/late':
    '<body></body><script>setTimeout(() => (document.body.innerHTML = "<p>Came late</p>"), 400)</script>',
  '/odd':
    '<table></table><table><caption>Only a caption</caption></table><table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table><a href="javascript:alert(1)">Script link</a><a href="/x(1)"><h3>Card</h3><p>text</p></a><a href="/none"></a><img><img src="data:image/png;base64,AAAA" alt="drawn"><del>old</del>',
};

let api: TestApi;
let site: Server;
let siteUrl: string;
let id: string;

beforeAll(async () => {
  api = await startApi();
  site = createServer((request, response) => {
    const html = pages[request.url ?? ''];
    const strict = {
      '/article/bees': "default-src 'none'; require-trusted-types-for 'script'",
      '/late': "default-src 'none'; script-src 'unsafe-inline'",
    }[request.url ?? ''];
    const policy = strict === undefined ? {} : { 'content-security-policy': strict };
    if (html === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/html', ...policy }).end(html);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  id = (await api.call('POST', '/sessions/start', { body: {} })).body['session_id'] as string;
});
afterAll(async () => {
  await api.server.close();
  await new Promise((resolve) => site.close(resolve));
});

async function scrape(
  path: string,
  body: object = {},
): Promise<{ markdown: string; images: unknown; structured: unknown }> {
  const answer = await api.call('POST', `/sessions/${id}/page/scrape`, {
    body: { url: siteUrl + path, ...body },
  });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body as { markdown: string; images: unknown; structured: unknown };
}

test('an article becomes markdown, under the strictest policy', async () => {
  const { markdown, images, structured } = await scrape('/article/bees', { response_format: null });
  expect({ images, structured }).toEqual({ images: null, structured: null });
  expect(markdown).toContain('# Bees of the north\n');
  expect(markdown).toContain(`[link to more](${siteUrl}/more/queen)`);
  expect(markdown).toContain('| Kind | Size \\| mm |\n| --- | --- |\n| Bumble bee | 20 |');
  expect(markdown).toContain('- First\n  - Inner\n- **Second**');
  expect(markdown).toContain('```js\nlet a = 1;\nlet b = 2;\n```');
  expect(markdown).toContain(`[Home](${siteUrl}/)`);
  expect(markdown).not.toMatch(/secretScript|hidden words|No script|bee\.png|\.x\{/i);
});

test('links and images are kept as asked for', async () => {
  const { markdown } = await scrape('/article/bees', {
    scrape_links: false,
    scrape_images: 'True',
  });
  expect(markdown).toContain('a link to more, so that');
  expect(markdown).toContain('![A bee](');
  expect(markdown).not.toMatch(/[^!]\[|\/more\//);
});

test('images in the text have absolute addresses', async () => {
  expect((await scrape('/article/bees', { scrape_images: true })).markdown).toContain(
    `![A bee](${siteUrl}/article/img/bee.png)`,
  );
});

test('ignored tags go with all they hold', async () => {
  const { markdown } = await scrape('/article/bees', { ignored_tags: ['aside', 'NAV', 'table'] });
  expect(markdown).not.toMatch(/Buy our honey|Contact|Kind/);
  expect(markdown).toContain('All rights reserved');
});

test('the main content is without what is around it', async () => {
  const { markdown } = await scrape('/article/bees', { only_main_content: true });
  expect(markdown).toContain('Bees of the north');
  expect(markdown).toContain('The swarm is described');
  expect(markdown).toContain('| Bumble bee | 20 |');
  expect(markdown).not.toMatch(/Contact|rights reserved|Buy our honey/);
  expect((await scrape('/inner', { only_main_content: true })).markdown).toContain('Framed');
});

test('placeholders stand for addresses, the same one for the same address', async () => {
  const { markdown } = await scrape('/article/bees', {
    use_link_placeholders: true,
    scrape_images: true,
  });
  expect(markdown).toContain('[Home](link1)');
  expect(markdown).toContain('[link to more](link3)');
  expect(markdown).toContain('![A bee](img1.png)');
  expect(markdown).not.toContain('http');
});

test.each([
  ['table', '| Kind | Size \\| mm |\n| --- | --- |\n| Bumble bee | 20 |'],
  ['tbody', '| Kind | Size \\| mm |\n| --- | --- |\n| Bumble bee | 20 |'],
  ['tr >> nth=1', '| Bumble bee | 20 |\n| --- | --- |'],
  ['pre', '```js\nlet a = 1;\nlet b = 2;\n```'],
  ['h1', 'Bees of the north'],
])('the element %s alone reads as it does on the page', async (selector, markdown) => {
  expect((await scrape('/article/bees', { selector })).markdown).toBe(markdown);
});

test('a selector takes exactly one element', async () => {
  expect((await scrape('/article/bees', { selector: 'article >> ul >> nth=0' })).markdown).toBe(
    '- First\n  - Inner\n- **Second**',
  );
  for (const [selector, text] of [
    ['p', 'matches 7 elements'],
    ['#nothing', 'matches 0 elements'],
    ['a[', 'not valid'],
    ['nonsense=x', 'not valid'],
    ['xpath=//[', 'not valid'],
  ]) {
    const answer = await api.call('POST', `/sessions/${id}/page/scrape`, { body: { selector } });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        message: expect.stringContaining(text ?? '') as unknown,
        detail: [{ loc: ['body', 'selector'] }],
      },
    });
  }
});

test('what shadow roots show is read where it is shown', async () => {
  expect((await scrape('/shadow')).markdown).toBe(
    '## Shadow\n\n**Light**\n\nbetween\n\n*End*\n\nDeeper',
  );
});

test('frames come after the page', async () => {
  const { markdown } = await scrape('/frames');
  expect(markdown).toBe(
    `Around\n\n---\n\n**iframe** ${siteUrl}/inner\n\nFramed [words](${siteUrl}/deep)\n\n---\n\n**iframe** about:srcdoc\n\nSecond frame`,
  );
  expect((await scrape('/frames', { ignored_tags: ['iframe'] })).markdown).toBe('Around');
  expect((await scrape('/frames', { selector: 'p' })).markdown).toBe('Around');
});

test('images are listed once each, with what they are for', async () => {
  const { images, markdown } = await scrape('/images', { only_images: true });
  expect(markdown).toBe('');
  expect(images).toEqual([
    { url: `${siteUrl}/favicon.ico`, category: 'favicon', description: null },
    { url: `${siteUrl}/wide.png`, category: 'content_image', description: 'A view' },
    { url: `${siteUrl}/small.png`, category: 'icon', description: 'Cart' },
    { url: `${siteUrl}/line.png`, category: 'decorative', description: null },
    { url: null, category: 'svg_icon', description: 'Menu' },
    { url: null, category: 'svg_content', description: 'Chart' },
    { url: `${siteUrl}/brand-icon.png`, category: 'icon', description: 'Brand' },
  ]);
});

test('a page that is still empty gets a while; a blank tab does not', async () => {
  expect((await scrape('/late')).markdown).toBe('Came late');
  const startMs = performance.now();
  expect(
    await api.call('POST', `/sessions/${id}/page/scrape`, { body: { url: 'about:blank' } }),
  ).toMatchObject({ status: 200, body: { markdown: '' } });
  expect(performance.now() - startMs).toBeLessThan(6_000); // what an empty page gets
});

test('what is odd in a page harms nothing', async () => {
  const { markdown } = await scrape('/odd', { scrape_images: true });
  expect(markdown).toContain('Only a caption');
  expect(markdown).toContain('| a | b |');
  expect(markdown).toContain(`[Card text](${siteUrl}/x%281%29)`);
  expect(markdown).toContain('Script link');
  expect(markdown).toContain('~~old~~');
  expect(markdown).not.toMatch(/javascript:|data:|\[\]/);
});

test.each([{ instructions: 'the prices' }, { response_format: { type: 'object' } }])(
  '%j needs a language model, and says so beside the markdown',
  async (body) => {
    const { markdown, structured } = await scrape('/inner', body);
    expect(markdown).toContain('Framed');
    expect(structured).toEqual({
      success: false,
      error: expect.stringContaining('language model') as unknown,
      data: null,
    });
  },
);

test.each([
  [{ only_main: true }, 'only_main'],
  [{ ignored_tags: ['a[href], b'] }, 'ignored_tags.0'],
  [{ scrape_links: 'perhaps' }, 'scrape_links'],
  [{ selector: 5 }, 'selector'],
])('%j is refused', async (body, field) => {
  expect(await api.call('POST', `/sessions/${id}/page/scrape`, { body })).toMatchObject({
    status: 422,
    body: { status: 422, detail: [{ loc: ['body', ...field.split('.')] }] },
  });
});
