/** How long actions may take: for the server that ends them, and the client that waits for them. */
import type { Action } from './action-types';

/** What an interaction may take when it does not say, in milliseconds. */
export const DEFAULT_INTERACTION_MS = 15_000;
/** Longest time of one step that has no time of its own, such as pressing a key or filling one field of a form, in milliseconds: what the contract's reference engine takes. */
export const OPERATION_MS = 8_000;
/** Longest time of a navigation, in milliseconds: the same. */
export const NAVIGATION_MS = 10_000;
/** How long a script may run, in milliseconds. */
export const SCRIPT_LIMIT_MS = 45_000;
/** What the contract's own client allows for a captcha, in milliseconds. */
const CAPTCHA_MS = 100_000;
/** What reading a page may take, in milliseconds: an empty one is looked at several times. */
const SCRAPE_MS = 60_000;

/** The longest that an action may take in all, in milliseconds: its own time, and that of the page that it leads to. */
export function longestActionMs(action: Action): number {
  return ownMs(action) + 2 * NAVIGATION_MS;
}

function ownMs(action: Action): number {
  switch (action.type) {
    case 'wait':
      return action.time;
    case 'evaluate_js':
      return SCRIPT_LIMIT_MS;
    case 'captcha_solve':
      return CAPTCHA_MS;
    case 'scrape':
      return SCRAPE_MS;
    case 'form_fill':
      return OPERATION_MS * Object.keys(action.value).length;
    default:
      return ('timeout' in action && action.timeout) || DEFAULT_INTERACTION_MS;
  }
}
