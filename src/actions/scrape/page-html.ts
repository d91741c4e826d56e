/** Takes the HTML of a frame or of one element out of the browser, with what open shadow roots show. */
import type { Frame, JSHandle, Locator } from 'playwright-core';
import { withPageDeadline } from '../deadline';
import type { PageHtml } from './markdown-job';

/** How long HTML that was read may take to leave its page, in milliseconds: some ten times what 4 MB take on a busy machine. */
const TAKE_TIMEOUT_MS = 5_000;
/** Images that are listed, the first ones, and the longest text of each field of one, in characters: an answer of 6 MB at most. */
const MAX_IMAGES = 2_000;
const MAX_IMAGE_TEXT = 1_000;

/** HTML that was read, and waits in its page. */
export interface HeldHtml {
  /** Takes it out of the page. To be called once. */
  take(): Promise<PageHtml>;
}

/** How much is read of images. */
interface ImageLimits {
  maxImages: number;
  /** Of each text of one, in characters; an address that is longer counts as drawn in the page. */
  maxText: number;
}

/** An image as it is in the page. */
export interface PageImage {
  kind: 'img' | 'svg';
  /** Absolute; empty for one that is drawn in the page itself. */
  url: string;
  /** Its alternative text or title; `null` when there is none, empty when it is declared to mean nothing. */
  label: string | null;
  /** Size as shown, in CSS pixels. */
  width: number;
  height: number;
  /** Its classes, id and role, and those of what it is in. */
  hints: string;
}

/** The HTML of a frame, of which so many characters can be taken. */
export async function htmlOfFrame(
  frame: Frame,
  maxChars: number,
  timeoutMs: number,
): Promise<HeldHtml> {
  return held(
    withPageDeadline(frame.evaluateHandle(readHtml, maxChars), timeoutMs, 'read a page'),
    maxChars,
  );
}

/** The HTML inside of an element; of a table, a numbered list or a text in lines with the element, for its content means nothing without. */
export async function htmlOfElement(
  element: Locator,
  maxChars: number,
  timeoutMs: number,
): Promise<HeldHtml> {
  return held(
    withPageDeadline(element.evaluateHandle(readHtml, maxChars), timeoutMs, 'read an element'),
    maxChars,
  );
}

async function held(reading: Promise<JSHandle<PageHtml>>, maxChars: number): Promise<HeldHtml> {
  const handle = await reading;
  return {
    take: async () => {
      const { html, ...rest } = await withPageDeadline(
        handle.jsonValue(),
        TAKE_TIMEOUT_MS,
        'read a page',
      );
      handle.dispose().catch(() => {}); // the page has gone
      return { ...rest, html: html.slice(0, maxChars) }; // a page may have replaced what cuts strings there
    },
  };
}

/** The images of a frame, or of an element of it: the first ones of how many there are. */
export async function imagesIn(
  place: Frame | Locator,
  timeoutMs: number,
): Promise<{ images: PageImage[]; count: number }> {
  const limits = { maxImages: MAX_IMAGES, maxText: MAX_IMAGE_TEXT };
  const work =
    'evaluateAll' in place
      ? place.evaluate(readImages, limits)
      : place.evaluate(readImages, limits);
  return withPageDeadline(work, timeoutMs, 'read the images of a page');
}

/** Runs in the page: of an element, or of the document, when only the limit is given. */
function readHtml(place: Element | SVGElement | number, limit?: number): PageHtml {
  const shadowRoots: ShadowRoot[] = [];
  const look = (root: ParentNode): void =>
    root.querySelectorAll('*').forEach(({ shadowRoot }) => {
      if (!shadowRoot) return;
      shadowRoots.push(shadowRoot);
      look(shadowRoot);
    });
  const root = typeof place === 'number' ? document.documentElement : place;
  const maxChars = typeof place === 'number' ? place : (limit ?? 0);
  if (root.shadowRoot) {
    shadowRoots.push(root.shadowRoot);
    look(root.shadowRoot);
  }
  look(root);
  const all = shadowRoots.length > 0 ? root.getHTML({ shadowRoots }) : root.innerHTML;
  const unread = /<(script|style|svg)\b[^>]*>[^]*?<\/\1>/g; // dropped later in any case
  const inside = all.length > maxChars ? all.replace(unread, '') : all;
  const lastTag = inside.lastIndexOf('<', maxChars);
  const isInTag = lastTag > inside.lastIndexOf('>', maxChars);
  const cut = inside.length > maxChars ? inside.slice(0, isInTag ? lastTag : maxChars) : inside;
  const { localName: name } = root;
  const own = /^(ol|pre|table|thead|tbody|tfoot|tr)$/.test(name)
    ? `<${name}>${cut}</${name}>`
    : cut;
  return {
    html: /^t(head|body|foot|r)$/.test(name) ? `<table>${own}</table>` : own,
    baseUrl: document.baseURI,
    fullLength: own.length - cut.length + inside.length,
  };
}

/** Runs in the page. */
function readImages(
  place: Element | SVGElement | ImageLimits,
  limits?: ImageLimits,
): { images: PageImage[]; count: number } {
  const images: PageImage[] = [];
  const element = place instanceof Element ? place : undefined;
  const { maxImages, maxText } = limits ?? (place as ImageLimits);
  let count = 0;
  const labelOf = (image: Element): string | null =>
    image.getAttribute('alt') ??
    image.getAttribute('aria-label') ??
    image.getAttribute('title') ??
    image.querySelector('title')?.textContent ??
    null;
  const add = (image: Element): void => {
    const { width, height } = image.getBoundingClientRect();
    const around = [image, image.parentElement].map(
      (it) =>
        `${it?.getAttribute('class') ?? ''} ${it?.id ?? ''} ${it?.getAttribute('role') ?? ''}`,
    );
    const url = image instanceof HTMLImageElement ? image.currentSrc || image.src : '';
    if (image.localName !== 'svg' && url === '') return;
    count += 1;
    if (count <= maxImages)
      images.push({
        kind: image.localName === 'svg' ? 'svg' : 'img',
        url: url.startsWith('data:') || url.length > maxText ? '' : url,
        label: labelOf(image)?.slice(0, maxText) ?? null,
        width: Math.round(width),
        height: Math.round(height),
        hints: around.join(' ').slice(0, maxText),
      });
  };
  const look = (root: ParentNode): void =>
    root.querySelectorAll('*').forEach((it) => {
      if (it.shadowRoot) look(it.shadowRoot);
      if (it.localName === 'img' || (it.localName === 'svg' && !it.parentElement?.closest('svg')))
        add(it);
    });
  if (element?.localName === 'img') add(element);
  look(element ?? document);
  return { images, count };
}
