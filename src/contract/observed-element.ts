/** One element of an observed page, as TypeScript sees it. */
import type { NodeSelectors } from './action-types';

/** A place in CSS pixels, from the top left corner of the visible part of the page. */
export interface BoundingBox {
  /** Distance of its left edge from that of the visible part, in CSS pixels. */
  x: number;
  /** Distance of its upper edge from that of the visible part, in CSS pixels. */
  y: number;
  /** In CSS pixels. */
  width: number;
  /** In CSS pixels. */
  height: number;
}

/** What an element's state is, as far as it has one. Told by our own server only. */
export interface ElementState {
  /** Where a link leads, as it is written. */
  url?: string | undefined;
  /** What an input holds; never that of a password. */
  value?: string | undefined;
  /** The text that an empty field shows. */
  placeholder?: string | undefined;
  /** Whether a box is checked; `'mixed'` when in between. */
  checked?: boolean | 'mixed' | undefined;
  /** Whether an option or a tab is selected. */
  selected?: boolean | undefined;
  /** Whether what it opens is open. */
  expanded?: boolean | undefined;
  /** Whether a toggle button is pressed; `'mixed'` when in between. */
  pressed?: boolean | 'mixed' | undefined;
  /** What can be chosen. */
  options?: string[] | undefined;
}

/** Something on a page that can be acted on. */
export interface ObservedElement extends ElementState {
  /** A letter and a number, such as `B1`; known to the API until the page is observed again. */
  id: string;
  /** ARIA role, such as `button`; made up from the id's letter when the API does not tell it. */
  role: string;
  /** Accessible name; empty when it has none. */
  name: string;
  /** What is done to it: `click`, `fill`, `check`, `select_dropdown_option`, `download_file`. */
  action: string;
  /** The action in words. */
  description: string;
  /** A Playwright selector that finds it later on too, in its frames; `null` when the API tells none. */
  selector: string | null;
  /** Every way to find it later on; `null` when the API tells none. Actions take it as their `selector`. */
  selectors: NodeSelectors | null;
  /** `null` when it is not known. */
  box: BoundingBox | null;
}
