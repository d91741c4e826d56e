/** Takes the HTML of a frame or of one element out of the browser, with what open shadow roots show. */
import type { Frame, Locator } from 'playwright-core';
import { withPageDeadline } from '../deadline';

/** HTML as it is in the page. */
export interface PageHtml {
  /** What is inside of the element, or of the whole document. Shadow roots are `<template shadowrootmode>`. */
  html: string;
  /** What relative URLs are relative to. */
  baseUrl: string;
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

/** The HTML of a frame. */
export async function htmlOfFrame(frame: Frame, timeoutMs: number): Promise<PageHtml> {
  return withPageDeadline(frame.evaluate(readHtml, null), timeoutMs, 'read a page');
}

/** The HTML inside of an element; of a table, a numbered list or a text in lines with the element, for its content means nothing without. */
export async function htmlOfElement(element: Locator, timeoutMs: number): Promise<PageHtml> {
  return withPageDeadline(element.evaluate(readHtml), timeoutMs, 'read an element');
}

/** The images of a frame, or of an element of it. */
export async function imagesIn(place: Frame | Locator, timeoutMs: number): Promise<PageImage[]> {
  const work =
    'evaluateAll' in place ? place.evaluate(readImages) : place.evaluate(readImages, null);
  return withPageDeadline(work, timeoutMs, 'read the images of a page');
}

/** Runs in the page. */
function readHtml(element: Element | null): PageHtml {
  const shadowRoots: ShadowRoot[] = [];
  const look = (root: ParentNode): void =>
    root.querySelectorAll('*').forEach(({ shadowRoot }) => {
      if (!shadowRoot) return;
      shadowRoots.push(shadowRoot);
      look(shadowRoot);
    });
  const root = element ?? document.documentElement;
  if (root.shadowRoot) {
    shadowRoots.push(root.shadowRoot);
    look(root.shadowRoot);
  }
  look(root);
  const inside = shadowRoots.length > 0 ? root.getHTML({ shadowRoots }) : root.innerHTML;
  const { localName: name } = root;
  const own = /^(ol|pre|table|thead|tbody|tfoot|tr)$/.test(name)
    ? `<${name}>${inside}</${name}>`
    : inside;
  return {
    html: /^t(head|body|foot|r)$/.test(name) ? `<table>${own}</table>` : own,
    baseUrl: document.baseURI,
  };
}

/** Runs in the page. */
function readImages(element: Element | null): PageImage[] {
  const images: PageImage[] = [];
  const add = (image: Element): void => {
    const { width, height } = image.getBoundingClientRect();
    const around = [image, image.parentElement].map(
      (it) =>
        `${it?.getAttribute('class') ?? ''} ${it?.id ?? ''} ${it?.getAttribute('role') ?? ''}`,
    );
    const label =
      image.getAttribute('alt') ??
      image.getAttribute('aria-label') ??
      image.getAttribute('title') ??
      image.querySelector('title')?.textContent ??
      null;
    const url = image instanceof HTMLImageElement ? image.currentSrc || image.src : '';
    if (image.localName === 'svg' || url !== '')
      images.push({
        kind: image.localName === 'svg' ? 'svg' : 'img',
        url: url.startsWith('data:') ? '' : url,
        label,
        width: Math.round(width),
        height: Math.round(height),
        hints: around.join(' '),
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
  return images;
}
