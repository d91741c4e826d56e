/** An element of an observed page. */
import type { NodeSelectors } from './action-types';

/** A rectangle in CSS pixels, from the top left corner of the viewport. */
export interface BoundingBox {
  /** Left edge, in CSS pixels. */
  x: number;
  /** Top edge, in CSS pixels. */
  y: number;
  /** In CSS pixels. */
  width: number;
  /** In CSS pixels. */
  height: number;
}

/** State of an element. Only from our server. */
export interface ElementState {
  /** `href` of a link, unresolved. */
  url?: string | undefined;
  /** Value of an input; never of a password. */
  value?: string | undefined;
  /** Placeholder of a field. */
  placeholder?: string | undefined;
  /** Whether a checkbox is checked; `'mixed'` if indeterminate. */
  checked?: boolean | 'mixed' | undefined;
  /** Whether an option or a tab is selected. */
  selected?: boolean | undefined;
  /** Whether its popup or section is open. */
  expanded?: boolean | undefined;
  /** Whether a toggle button is pressed; `'mixed'` if indeterminate. */
  pressed?: boolean | 'mixed' | undefined;
  /** Options of a select element. */
  options?: string[] | undefined;
}

/** An element with an action. */
export interface ObservedElement extends ElementState {
  /** A letter and a number, such as `B1`; valid until the next observation. */
  id: string;
  /** ARIA role, such as `button`; derived from the id's letter if the API omits it. */
  role: string;
  /** Accessible name; may be empty. */
  name: string;
  /** Its action: `click`, `fill`, `check`, `select_dropdown_option`, `download_file`. */
  action: string;
  /** The action in words. */
  description: string;
  /** A stable Playwright selector, including frames; `null` if the API omits it. */
  selector: string | null;
  /** All stable selectors, accepted by actions as `selector`; `null` if the API omits them. */
  selectors: NodeSelectors | null;
  /** `null` if unknown. */
  box: BoundingBox | null;
}
