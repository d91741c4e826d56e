/** Time limits of actions, for the server and the waiting client. */
import type { Action } from './action-types';

/** Default timeout of an interaction, in milliseconds. */
export const DEFAULT_INTERACTION_MS = 15_000;
/** Time limit of a step without its own timeout, such as pressing a key or filling a field, in milliseconds: that of the reference engine. */
export const OPERATION_MS = 8_000;
/** Time limit of a navigation, in milliseconds: that of the reference engine. */
export const NAVIGATION_MS = 10_000;
/** Time limit of a script, in milliseconds. */
export const SCRIPT_LIMIT_MS = 45_000;
/** Time limit of a captcha, in milliseconds: that of the cloud's client. */
const CAPTCHA_MS = 100_000;
/** Time limit to read a page, in milliseconds: an empty page is read several times. */
const SCRAPE_MS = 60_000;

/** Returns the time limit of an action in milliseconds: its own, plus that of the page that it opens. */
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
