/** The page as a screen reader sees it, by Playwright: roles, names, states, boxes, and a reference to each element. */
import type { Page } from 'playwright-core';
import type { BoundingBox } from '../../contract/observation';
import { keptText } from '../../base/foreign-text';
import { ApiError } from '../../contract/errors';

/** One node. Those that cannot be seen or reached by the mouse have no `ref`. */
export interface AriaNode {
  role: string;
  /** Missing when the children say it all. */
  name?: string;
  ref?: string;
  /** Relative to the visible part of the node's own frame. */
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
  /** In place of children: the only one, when that is text. */
  text?: string;
  children?: (AriaNode | string)[];
}

/** The first version of Playwright with `ariaSnapshotJSON` and `getByRef`. */
const NEEDED_PLAYWRIGHT = '1.64';

/**
 * The tree of the page, its frames included. References are valid until the next call.
 * @throws {@link ApiError} (501, `playwright_too_old`) when the installed Playwright cannot tell it
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

/** All nodes and those below them, in the order of the page. */
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

/** What a node says: its name, or else the text of its children. */
export function textOf(node: AriaNode): string {
  return node.name || contentOf(node);
}

/** Longest text of a node, in bytes. Longer ones are cut. */
const MAX_TEXT_BYTES = 20_000;
/** Texts of nodes, which those around them are made of: each is put together once. */
const contents = new WeakMap<AriaNode, string>();

/** The text inside of a node. */
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
