/** Prepares the HTML of a page for reading: shadow roots in their places, hidden and unwanted parts gone, URLs absolute. */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';

/** What is kept. */
export interface CleaningOptions {
  baseUrl: string;
  keepLinks: boolean;
  keepImages: boolean;
  ignoredTags: readonly string[];
  onlyMainContent: boolean;
}

/** Tags that are never read. */
const NEVER_READ =
  'script, style, noscript, template, link, meta, object, embed, iframe, frame, canvas, audio, video, input, select, textarea';
/** Elements that say in their own tag that they are hidden. */
const HIDDEN = '[hidden]:not([hidden="until-found"]), [style*="display"], [style*="visibility"]';

/** The cleaned HTML of the body. */
export function cleanHtml(html: string, options: CleaningOptions): string {
  const { document } = parseHTML(
    /<body[\s>]/i.test(html)
      ? `<!doctype html><html>${html}</html>`
      : `<!doctype html><html><head></head><body>${html}</body></html>`,
  );
  placeShadowRoots(document);
  dropHidden(document);
  dropUnwanted(document, options);
  const links = Array.from(document.body.querySelectorAll('a'));
  for (const button of Array.from(document.body.querySelectorAll('button')))
    button.replaceWith(' ', ...Array.from(button.childNodes), ' '); // they stand apart without a space in the HTML
  for (const link of links) if (isBeforeLink(link)) link.after(' ');
  if (!options.keepLinks)
    for (const link of links) link.replaceWith(...Array.from(link.childNodes));
  makeAbsolute(document, options.baseUrl);
  return (options.onlyMainContent ? mainContent(document) : undefined) ?? document.body.innerHTML;
}

/** Undefined when there is no part that stands out. */
function mainContent(document: Document): string | undefined {
  const before = document.body.innerHTML; // reading takes the document apart
  const article = new Readability(document).parse();
  if (!article?.content) return undefined;
  const title = article.title?.trim() ?? '';
  const isTitled =
    title === '' || !before.includes(title) || (article.textContent ?? '').includes(title);
  if (isTitled) return article.content;
  const heading = document.createElement('h1');
  heading.textContent = title;
  return heading.outerHTML + article.content;
}

/** As it is shown: the shadow root in place of the element's children, and these where its slots are. */
function placeShadowRoots(document: Document): void {
  for (;;) {
    const template = document.querySelector('template[shadowrootmode]');
    const host = template?.parentElement;
    if (!template || !host) return;
    const children = Array.from(host.childNodes).filter((child) => child !== template);
    const shadow = document.createElement('div');
    shadow.innerHTML = template.innerHTML;
    for (const slot of Array.from(shadow.querySelectorAll('slot'))) {
      const name = slot.getAttribute('name') ?? '';
      const assigned = children.filter(
        (child) =>
          ('getAttribute' in child ? ((child as Element).getAttribute('slot') ?? '') : '') === name,
      );
      slot.replaceWith(...(assigned.length > 0 ? assigned : Array.from(slot.childNodes)));
    }
    host.replaceChildren(...Array.from(shadow.childNodes));
  }
}

function dropHidden(document: Document): void {
  for (const element of Array.from(document.body.querySelectorAll(HIDDEN))) {
    const style = element.getAttribute('style') ?? '';
    if (
      element.hasAttribute('hidden') ||
      /(^|;)\s*(display\s*:\s*none|visibility\s*:\s*(hidden|collapse))/i.test(style)
    )
      element.remove();
  }
}

function dropUnwanted(document: Document, { keepImages, ignoredTags }: CleaningOptions): void {
  const images = keepImages ? 'svg' : 'img, picture, svg';
  for (const element of Array.from(
    document.body.querySelectorAll([NEVER_READ, images, ...ignoredTags].join(', ')),
  ))
    element.remove();
}

/** Elements that stand in a line of text and say nothing themselves. */
const INLINE = /^(span|b|strong|i|em|u|small|font|abbr|label)$/;

/** True when the next thing in the line is another link: in the browser their margins keep them apart, or their borders. */
function isBeforeLink(link: Element): boolean {
  let last: Element = link;
  while (!last.nextSibling && last.parentElement && INLINE.test(last.parentElement.localName))
    last = last.parentElement;
  let next = last.nextSibling;
  while (next && 'localName' in next && INLINE.test((next as Element).localName))
    next = next.firstChild;
  return next !== null && 'localName' in next && next.localName === 'a';
}

function makeAbsolute(document: Document, baseUrl: string): void {
  for (const link of Array.from(document.body.querySelectorAll('a[href]')))
    link.setAttribute('href', absolute(link.getAttribute('href') ?? '', baseUrl));
  for (const image of Array.from(document.body.querySelectorAll('img'))) {
    const candidates = [
      image.getAttribute('src'),
      image.getAttribute('data-src'),
      image.getAttribute('srcset')?.trim().split(/[\s,]/)[0],
    ];
    const source = candidates.find((it) => it && !it.startsWith('data:')); // pictures that are loaded late have their address elsewhere
    if (source) image.setAttribute('src', absolute(source, baseUrl));
    else image.remove();
  }
}

function absolute(url: string, baseUrl: string): string {
  return URL.canParse(url, baseUrl) ? new URL(url, baseUrl).href : url;
}
