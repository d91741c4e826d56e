/** Converts cleaned HTML to markdown: headings, lists, links, images, code and tables. */
import { parseHTML } from 'linkedom';
import TurndownService from 'turndown';
import { oneLine } from '../../base/texts';
import { addTableRules } from './markdown-tables';

/** Formats addresses; may replace them by placeholders. */
export type UrlWriter = (url: string, kind: 'link' | 'image') => string;

/** Returns the markdown of HTML. */
export function toMarkdown(html: string, writeUrl: UrlWriter): string {
  const service = new TurndownService({
    headingStyle: 'atx',
    codeBlockStyle: 'fenced',
    bulletListMarker: '-',
    emDelimiter: '*',
    hr: '---',
  });
  addTableRules(service);
  const positionOf = positions();
  service.addRule('item', {
    filter: 'li',
    replacement: (content, node) => listItem(content, node, positionOf),
  });
  service.addRule('inline code', {
    filter: (node) =>
      node.nodeName === 'CODE' &&
      (node.parentNode?.nodeName !== 'PRE' || node.parentNode.childNodes.length > 1),
    replacement: inlineCode,
  });
  service.addRule('strikethrough', {
    filter: (node) => /^(DEL|S|STRIKE)$/.test(node.nodeName),
    replacement: (content) => `~~${content}~~`,
  });
  service.addRule('link', {
    filter: (node) => node.nodeName === 'A',
    replacement: (content, node) => link(content, node.getAttribute('href'), writeUrl),
  });
  service.addRule('image', {
    filter: 'img',
    replacement: (_, node) =>
      `![${oneLine(service.escape(node.getAttribute('alt') ?? ''))}](${address(writeUrl(node.getAttribute('src') ?? '', 'image'))})`,
  });
  return service
    .turndown(asElement(html))
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** The library accepts any DOM instead of its own parser. We let it modify ours instead of a copy. */
function asElement(html: string): HTMLElement {
  const { body } = parseHTML(
    `<!doctype html><html><head></head><body>${html}</body></html>`,
  ).document;
  return Object.assign(body, { cloneNode: () => body });
}

/** Caches the indexes of siblings, from 0, computed once per parent. */
function positions(): (element: Element) => number {
  const known = new WeakMap<Element, number>();
  return (element) => {
    if (!known.has(element))
      Array.from(element.parentElement?.children ?? []).forEach((it, at) => known.set(it, at));
    return known.get(element) ?? 0;
  };
}

/** Returns numbered placeholders for addresses, the same one for the same address: `link1`, `img1.png`. */
export function placeholders(): UrlWriter {
  const known = { link: new Map<string, string>(), image: new Map<string, string>() };
  return (url, kind) => {
    const names = known[kind];
    const name =
      names.get(url) ?? (kind === 'link' ? `link${names.size + 1}` : `img${names.size + 1}.png`);
    names.set(url, name);
    return name;
  };
}

/** List items with one space after the bullet instead of the library's three. */
function listItem(
  content: string,
  node: HTMLElement,
  positionOf: (element: Element) => number,
): string {
  const list = node.parentElement;
  const first = Number.parseInt(list?.getAttribute('start') ?? '1', 10) || 1;
  const mark = list?.nodeName === 'OL' ? `${first + positionOf(node)}. ` : '- ';
  return `${mark}${content.trim().replaceAll('\n', `\n${' '.repeat(mark.length)}`)}${node.nextSibling ? '\n' : ''}`;
}

/** Replaces the rule of the library, whose regular expressions are quadratic. */
function inlineCode(content: string): string {
  const code = content.replace(/\r?\n|\r/g, ' ');
  if (code === '') return '';
  const runs = new Set((code.match(/`+/g) ?? []).map(({ length }) => length));
  let length = 1;
  while (runs.has(length)) length += 1;
  const isPadded = code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '';
  const space = code.startsWith('`') || code.endsWith('`') || isPadded ? ' ' : '';
  const mark = '`'.repeat(length);
  return mark + space + code + space + mark;
}

/** Puts the text of a link in one line, even if it contains blocks: otherwise it is not a link in markdown. */
function link(content: string, href: string | null, writeUrl: UrlWriter): string {
  const text = oneLine(content.replace(/^#{1,6}\s+/gm, ''));
  const isAddress = href !== null && href !== '' && !/^javascript:/i.test(href);
  const isBlock = content.includes('\n\n');
  const written = isAddress && text !== '' ? `[${text}](${address(writeUrl(href, 'link'))})` : text;
  return isBlock
    ? `\n\n${written}\n\n`
    : `${/^\s/.test(content) ? ' ' : ''}${written}${/\s$/.test(content) ? ' ' : ''}`;
}

/** Escapes the address, so that it cannot end the link. */
function address(url: string): string {
  return url.replace(
    /[\s()<>]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );
}
