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

/** Deepest nesting that is kept, in elements: four times what pages have that people made. */
const MAX_DEPTH = 100;

/** What is left of white space that nobody reads: expressions that look for its end begin anew at each of its characters. */
const LONG_SPACE = /(\s{100})\s+/g;

/** The cleaned HTML of the body. */
export function cleanHtml(page: string, options: CleaningOptions): string {
  const html = page.replace(LONG_SPACE, '$1');
  const { document } = parseHTML(
    /<body[\s>]/i.test(html)
      ? `<!doctype html><html>${html}</html>`
      : `<!doctype html><html><head></head><body>${html}</body></html>`,
  );
  placeShadowRoots(document);
  flatten(document);
  dropHidden(document);
  dropUnwanted(document, options);
  const links = Array.from(document.body.querySelectorAll('a'));
  for (const button of Array.from(document.body.querySelectorAll('button'))) {
    button.before(' '); // they stand apart without a space in the HTML
    button.after(' ');
    replaceBy(button, button.childNodes);
  }
  for (const link of links) if (isBeforeLink(link)) link.after(' ');
  if (!options.keepLinks) for (const link of links) replaceBy(link, link.childNodes);
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

/** As it is shown: the shadow root in place of the element's children, and these where its slots are. Inner ones first, so that each node moves once for each root that it is in. */
function placeShadowRoots(document: Document): void {
  for (const template of shadowRootsIn(document).reverse()) {
    const host = template.parentElement;
    if (!host) continue;
    template.remove();
    const bySlot = new Map<string, ChildNode[]>();
    for (const child of Array.from(host.childNodes)) {
      const name = 'getAttribute' in child ? ((child as Element).getAttribute('slot') ?? '') : '';
      const others = bySlot.get(name);
      if (others) others.push(child);
      else bySlot.set(name, [child]);
    }
    for (const slot of Array.from(template.querySelectorAll('slot'))) {
      const name = slot.getAttribute('name') ?? '';
      replaceBy(slot, bySlot.get(name) ?? slot.childNodes);
      bySlot.delete(name); // the first slot of a name shows all of it
    }
    host.replaceChildren();
    for (const child of Array.from(template.childNodes)) host.append(child);
  }
}

/** In the order of the document. Selectors find nothing in templates, where inner ones are. */
function shadowRootsIn(document: Document): Element[] {
  const found: Element[] = [];
  const waiting = [document.documentElement as Element];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.localName === 'template' && next.hasAttribute('shadowrootmode')) found.push(next);
    for (const child of Array.from(next.children).reverse()) waiting.push(child);
  }
  return found;
}

/** Puts nodes in the place of an element. One by one: there may be more of them than a call takes. */
function replaceBy(element: Element, nodes: Iterable<ChildNode>): void {
  for (const node of Array.from(nodes)) element.before(node);
  element.remove();
}

/** Leaves only the text of what is deeper than any page that is read: what follows looks at a text once for each level above it. */
function flatten(document: Document): void {
  const waiting = [{ element: document.body as Element, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { element, depth } = next;
    if (depth === MAX_DEPTH) element.textContent = textBelow(element);
    else
      for (const child of Array.from(element.children))
        waiting.push({ element: child, depth: depth + 1 });
  }
}

function textBelow(element: Element): string {
  for (const unread of Array.from(element.querySelectorAll(NEVER_READ))) unread.remove();
  return element.textContent;
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
