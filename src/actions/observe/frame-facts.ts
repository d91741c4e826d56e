/** What the accessibility tree does not tell: which native controls there are, and the measures of the page. */
import type { Frame } from 'playwright-core';
import type { BoundingBox, Viewport } from '../../contract/observation';
import { withPageDeadline } from '../deadline';

/** A control, an editable element, a label or a frame. */
export interface Control {
  /** In lower case. */
  tag: string;
  /** Of an input, such as `password`. */
  type: string;
  /** Made editable by `contenteditable`. */
  editable: boolean;
  /** From the corner of a frame's element to the corner of its content, in CSS pixels. */
  inset: { x: number; y: number };
}

/** What is known of one frame. */
export interface FrameFacts {
  viewport: Viewport;
  /** Such as `text/html`; anything else is a file that the browser shows. */
  contentType: string;
  /** False for a drawing or other XML: there is nothing to read for Playwright then. */
  hasBody: boolean;
  /** By {@link boxKey}: there is no other way from the tree to an element that takes no round trip for each. */
  controls: ReadonlyMap<string, Control>;
}

/** Where a control is found: two of them in one place are one. */
export function boxKey({ x, y, width, height }: BoundingBox): string {
  return `${x},${y},${width},${height}`;
}

/**
 * Looks at one frame.
 * @throws TimeoutError when the frame does not answer; Error of Playwright when it has gone
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

/** Runs in the page. As one text: Playwright takes far longer to read thousands of objects. */
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
      }, // as Playwright rounds
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
