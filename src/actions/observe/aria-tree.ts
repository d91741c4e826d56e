/** Playwright's accessibility tree of the page: roles, names, states, boxes, and a reference to each element. */
import type { Page } from 'playwright-core';
import type { BoundingBox } from '../../contract/observation';
import { keptText } from '../../base/foreign-text';
import { ApiError } from '../../contract/errors';

/** A node. Invisible nodes, and those that the mouse cannot reach, have no `ref`. */
export interface AriaNode {
  role: string;
  /** Omitted if the children contain it. */
  name?: string;
  ref?: string;
  /** Relative to the viewport of the node's frame. */
  box?: BoundingBox;
  /** `pointer` on the outermost element that shows this cursor. */
  cursor?: string;
  ariaHidden?: boolean;
  disabled?: boolean;
  url?: string;
  placeholder?: string;
  level?: number;
  checked?: boolean | 'mixed';
  selected?: boolean;
  expanded?: boolean;
  pressed?: boolean | 'mixed';
  /** Replaces the children if the only child is text. */
  text?: string;
  children?: (AriaNode | string)[];
}

/** First version of Playwright with `ariaSnapshotJSON` and `getByRef`. */
const NEEDED_PLAYWRIGHT = '1.64';

/**
 * Returns the tree of the page with its frames. References are valid until the next call.
 * @throws {@link ApiError} (501, `playwright_too_old`) if the installed Playwright does not support it
 */
export async function ariaTree(page: Page, timeoutMs: number): Promise<AriaNode[]> {
  const { getByRef } = page as Partial<Page>;
  if (typeof getByRef !== 'function') {
    throw new ApiError(
      `Could not observe the page: this needs playwright-core ${NEEDED_PLAYWRIGHT} or newer. Install it beside sessionwright; everything else works with the one that is there.`,
      { code: 'playwright_too_old', method: '', path: '', status: 501 },
    );
  }
  return (await page.ariaSnapshotJSON({
    mode: 'ai',
    boxes: true,
    timeout: timeoutMs,
  })) as AriaNode[];
}

/** Iterates over all nodes and their descendants, in document order. */
export function allNodes(
  nodes: readonly (AriaNode | string)[],
  found: AriaNode[] = [],
): AriaNode[] {
  for (const node of nodes) {
    if (typeof node === 'string') continue;
    found.push(node);
    if (node.children) allNodes(node.children, found);
  }
  return found;
}

/** Returns the name of a node, or else the text of its children. */
export function textOf(node: AriaNode): string {
  return node.name || contentOf(node);
}

/** Maximum length of a node's text, in bytes. */
const MAX_TEXT_BYTES = 20_000;
/** Cached texts of nodes, from which their parents' texts are built. */
const contents = new WeakMap<AriaNode, string>();

/** Returns the text inside a node. */
export function contentOf(node: AriaNode): string {
  const known = contents.get(node);
  if (known !== undefined) return known;
  const { text, children = [] } = node;
  const parts =
    text === undefined
      ? children.map((child) => (typeof child === 'string' ? child : textOf(child)))
      : [text];
  const content = keptText(parts.join(' ').replace(/\s+/g, ' ').trim(), MAX_TEXT_BYTES);
  contents.set(node, content);
  return content;
}
