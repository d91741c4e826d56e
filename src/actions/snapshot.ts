/** The elements of the last observation, by the ids that it gave them. */
import type { Locator } from 'playwright-core';

/** One observed element. */
export interface ObservedElement {
  locator: Locator;
  /** Its ARIA role. */
  role: string;
}

/** The elements of one observation. Ids are letter and number, such as `B1`. */
export type ElementSnapshot = ReadonlyMap<string, ObservedElement>;
