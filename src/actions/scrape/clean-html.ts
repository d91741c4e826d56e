/** Prepares the HTML of a page: flattens shadow roots, removes hidden and unwanted parts, and makes URLs absolute. */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';

/** Options of the cleanup. */
export interface CleaningOptions {
  baseUrl: string;
  keepLinks: boolean;
  keepImages: boolean;
  ignoredTags: readonly string[];
  onlyMainContent: boolean;
}

/** Tags to remove always. */
const NEVER_READ =
  'script, style, noscript, template, link, meta, object, embed, iframe, frame, canvas, audio, video, input, select, textarea';
/** Elements with an attribute that hides them. */
const HIDDEN = '[hidden]:not([hidden="until-found"]), [style*="display"], [style*="visibility"]';

/** Maximum nesting of elements: four times that of real pages. */
const MAX_DEPTH = 100;

/** Maximum length of white space: regular expressions that search its end are quadratic. */
const LONG_SPACE = /(\s{100})\s+/g;

/** Returns the cleaned HTML of the body. */
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
    button.before(' '); // buttons are visually separated without a space in the HTML
    button.after(' ');
    replaceBy(button, button.childNodes);
  }
  for (const link of links) if (isBeforeLink(link)) link.after(' ');
  if (!options.keepLinks) for (const link of links) replaceBy(link, link.childNodes);
  makeAbsolute(document, options.baseUrl);
  return (options.onlyMainContent ? mainContent(document) : undefined) ?? document.body.innerHTML;
}

/** Returns the main content; undefined if there is none. */
function mainContent(document: Document): string | undefined {
  const before = document.body.innerHTML; // Readability modifies the document
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

/** Flattens shadow roots: a root replaces the element's children, which replace its slots. Inner roots come first, so that each node moves once per root. */
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
      bySlot.delete(name); // only the first slot with a name gets the nodes
    }
    host.replaceChildren();
    for (const child of Array.from(template.childNodes)) host.append(child);
  }
}

/** In document order. Selectors do not match inside templates, which contain inner roots. */
function shadowRootsIn(document: Document): Element[] {
  const found: Element[] = [];
  const waiting = [document.documentElement as Element];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.localName === 'template' && next.hasAttribute('shadowrootmode')) found.push(next);
    for (const child of Array.from(next.children).reverse()) waiting.push(child);
  }
  return found;
}

/** Replaces an element by nodes, one by one: a call has a maximum number of arguments. */
function replaceBy(element: Element, nodes: Iterable<ChildNode>): void {
  for (const node of Array.from(nodes)) element.before(node);
  element.remove();
}

/** Keeps only the text of deeper elements: later steps read a text once per level above it. */
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

/** Inline elements without meaning. */
const INLINE = /^(span|b|strong|i|em|u|small|font|abbr|label)$/;

/** Whether the next inline element is a link: in the browser, margins or borders separate them. */
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
    const source = candidates.find((it) => it && !it.startsWith('data:')); // lazy images have their address in another attribute
    if (source) image.setAttribute('src', absolute(source, baseUrl));
    else image.remove();
  }
}

function absolute(url: string, baseUrl: string): string {
  return URL.canParse(url, baseUrl) ? new URL(url, baseUrl).href : url;
}
