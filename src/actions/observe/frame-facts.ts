/** Facts that the accessibility tree lacks: native controls, and the size of the page. */
import type { Frame } from 'playwright-core';
import type { BoundingBox, Viewport } from '../../contract/observation';
import { withPageDeadline } from '../deadline';

/** A control, an editable element, a label or a frame. */
export interface Control {
  /** In lower case. */
  tag: string;
  /** Of an input, such as `password`. */
  type: string;
  /** Whether it has `contenteditable`. */
  editable: boolean;
  /** Offset of a frame's content in its element, in CSS pixels. */
  inset: { x: number; y: number };
}

/** Facts about a frame. */
export interface FrameFacts {
  viewport: Viewport;
  /** Such as `text/html`; other types are files that the browser displays. */
  contentType: string;
  /** False for SVG and other XML, which Playwright cannot read. */
  hasBody: boolean;
  /** By {@link boxKey}, because each other way from the tree to an element needs a round trip. */
  controls: ReadonlyMap<string, Control>;
}

/** Key of a control by its position: two controls at the same position are one. */
export function boxKey({ x, y, width, height }: BoundingBox): string {
  return `${x},${y},${width},${height}`;
}

/**
 * Reads the facts of a frame.
 * @throws TimeoutError if the frame does not answer; Playwright's error if it is closed
 */
export async function frameFacts(frame: Frame, timeoutMs: number): Promise<FrameFacts> {
  const { controls, ...rest } = JSON.parse(
    await withPageDeadline(frame.evaluate(lookAtFrame), timeoutMs, 'observe the page'),
  ) as WireFacts;
  return {
    ...rest,
    controls: new Map(controls.map(({ box, ...control }) => [boxKey(box), control])),
  };
}

type WireFacts = Omit<FrameFacts, 'controls'> & { controls: (Control & { box: BoundingBox })[] };

/** Runs in the page. Returns one string, because Playwright is far slower with thousands of objects. */
function lookAtFrame(): string {
  const controls: object[] = [];
  const look = (root: Document | ShadowRoot): void => {
    root.querySelectorAll('*').forEach((element) => {
      if (element.shadowRoot) look(element.shadowRoot);
      if (
        element.matches('input, textarea, select, summary, label, iframe, frame, [contenteditable]')
      )
        add(element);
    });
  };
  const add = (element: Element): void => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const style = element.matches('iframe, frame') ? getComputedStyle(element) : undefined;
    controls.push({
      tag: element.localName,
      type: element instanceof HTMLInputElement ? element.type : '',
      editable: element instanceof HTMLElement && element.isContentEditable,
      inset: {
        x: element.clientLeft + Number.parseFloat(style?.paddingLeft ?? '0'),
        y: element.clientTop + Number.parseFloat(style?.paddingTop ?? '0'),
      },
      box: {
        x: Math.round(x),
        y: Math.round(y),
        width: Math.round(width),
        height: Math.round(height),
      }, // rounded like Playwright
    });
  };
  look(document);
  const { scrollWidth, scrollHeight } = document.documentElement;
  const viewport = {
    scrollX: Math.round(scrollX),
    scrollY: Math.round(scrollY),
    viewportWidth: innerWidth,
    viewportHeight: innerHeight,
    totalWidth: scrollWidth,
    totalHeight: scrollHeight,
  };
  return JSON.stringify({
    viewport,
    contentType: document.contentType,
    hasBody: document.querySelector('body, frameset') !== null,
    controls,
  });
}
