/** From HTML to markdown. */
import { expect, test } from 'vitest';
import { cleanHtml } from '../../../src/actions/scrape/clean-html';
import { categoryOf } from '../../../src/actions/scrape/images';
import { placeholders, toMarkdown } from '../../../src/actions/scrape/markdown';

const options = {
  baseUrl: 'https://a.test/b/',
  keepLinks: true,
  keepImages: true,
  ignoredTags: [],
  onlyMainContent: false,
};

function markdown(html: string, changed: Partial<typeof options> = {}): string {
  return toMarkdown(cleanHtml(html, { ...options, ...changed }), (url) => url);
}

test.each([
  ['<h2>A</h2><p>b <b>c</b> <i>d</i> <code>e</code></p>', '## A\n\nb **c** *d* `e`'],
  ['<ol start="3"><li>a</li><li><p>b</p><p>c</p></li></ol>', '3. a\n4. b\n   \n   c'],
  [
    '<a href="x">a</a> <a href="#y">b</a> <a href="mailto:c@d.e">c</a> <a>d</a>',
    '[a](https://a.test/b/x) [b](https://a.test/b/#y) [c](mailto:c@d.e) d',
  ],
  [
    '<nav><a href="x">x</a><a href="y">y</a></nav><span><a href="z">z</a></span><span><b><a href="w">w</a></b></span>',
    '[x](https://a.test/b/x) [y](https://a.test/b/y)\n\n[z](https://a.test/b/z) **[w](https://a.test/b/w)**',
  ],
  [
    '<img src="/i.png" alt="A [b]"><img srcset="big.png 2x" alt="c"><img data-src="late.png" src="data:x">',
    '![A \\[b\\]](https://a.test/i.png)![c](https://a.test/b/big.png)![](https://a.test/b/late.png)',
  ],
  [
    '<p style="color: red; display:none">a</p><p style="visibility: hidden">b</p><p hidden>c</p><p style="display: block">d</p>',
    'd',
  ],
  [
    '<table><thead><tr><th>a</th><th colspan="2">b</th></tr></thead><tbody><tr><td>1</td><td>2</td><td>3</td></tr></tbody></table>',
    '| a | b | |\n| --- | --- | --- |\n| 1 | 2 | 3 |',
  ],
  [
    '<table><tr><td>a</td><td><ul><li>b</li><li>c | d</li></ul></td></tr></table>',
    '| a | - b - c \\| d |\n| --- | --- |',
  ],
  ['<table><tr><td><p>only</p></td></tr><tr><td>places</td></tr></table>', 'only\n\nplaces'],
  [
    '<p>a</p><script>b</script><style>c</style><noscript>d</noscript><template>e</template><textarea>f</textarea>',
    'a',
  ],
  ['', ''],
])('%s', (html, expected) => {
  expect(markdown(html).replace(/^ +$/gm, '')).toBe(expected.replace(/^ +$/gm, ''));
});

test('placeholders count links and images apart', () => {
  const write = placeholders();
  expect(
    toMarkdown(
      '<a href="https://x">a</a> <a href="https://y">b</a> <a href="https://x">c</a> <img src="https://x" alt="d">',
      write,
    ),
  ).toBe('[a](link1) [b](link2) [c](link1) ![d](img1.png)');
});

test('a page with no main content is read as a whole', () => {
  expect(markdown('<p>short</p>', { onlyMainContent: true })).toContain('short');
  expect(markdown('', { onlyMainContent: true })).toBe('');
});

test('images are told apart by size and by what is said of them', () => {
  const image = {
    kind: 'img' as const,
    url: 'https://a.test/x.png',
    label: 'x',
    width: 300,
    height: 200,
    hints: '',
  };
  expect(categoryOf(image)).toBe('content_image');
  expect(categoryOf({ ...image, width: 64, height: 64 })).toBe('icon');
  expect(categoryOf({ ...image, width: 65 })).toBe('content_image');
  expect(categoryOf({ ...image, hints: 'nav-icon' })).toBe('icon');
  expect(categoryOf({ ...image, label: '' })).toBe('decorative');
  expect(categoryOf({ ...image, hints: ' presentation' })).toBe('decorative');
  expect(categoryOf({ ...image, kind: 'svg', width: 24, height: 24 })).toBe('svg_icon');
  expect(categoryOf({ ...image, kind: 'svg' })).toBe('svg_content');
});
