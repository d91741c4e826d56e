/** Reads the HTML of a frame or an element from the browser, including open shadow roots. */
import type { Frame, JSHandle, Locator } from 'playwright-core';
import { withPageDeadline } from '../deadline';
import type { PageHtml } from './markdown-job';

/** Time limit to transfer HTML from its page, in milliseconds: about ten times that of 4 MB on a busy machine. */
const TAKE_TIMEOUT_MS = 5_000;
/** Maximum number of images, and maximum length of their fields, in characters: an answer of at most 6 MB. */
const MAX_IMAGES = 2_000;
const MAX_IMAGE_TEXT = 1_000;

/** HTML that is stored in its page. */
export interface HeldHtml {
  /** Transfers it from the page. Call it once. */
  take(): Promise<PageHtml>;
}

/** Limits for images. */
interface ImageLimits {
  maxImages: number;
  /** Maximum length of a field, in characters. An image with a longer address counts as drawn by the page. */
  maxText: number;
}

/** An image of the page. */
export interface PageImage {
  kind: 'img' | 'svg';
  /** Absolute URL; empty for an image drawn by the page. */
  url: string;
  /** Alternative text or title; `null` if there is none, empty for a decorative image. */
  label: string | null;
  /** Displayed size, in CSS pixels. */
  width: number;
  height: number;
  /** Classes, id and role of the image and its ancestors. */
  hints: string;
}

/** Reads the HTML of a frame up to a maximum number of characters. */
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

/** Reads the inner HTML of an element; for a table, a numbered list or preformatted text the outer HTML. */
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
      handle.dispose().catch(() => {}); // the page is closed
      return { ...rest, html: html.slice(0, maxChars) }; // a page may have replaced its own `slice`
    },
  };
}

/** Reads the first images of a frame or an element, and their total number. */
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

/** Runs in the page, on an element or, with only the limit, on the document. */
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
  const unread = /<(script|style|svg)\b[^>]*>[^]*?<\/\1>/g; // removed later anyway
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
