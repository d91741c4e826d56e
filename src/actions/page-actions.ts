/** Actions on the page: keys, scrolling, scripts. */
import { Script } from 'node:vm';
import { countText } from '../base/texts';
import type { Page } from 'playwright-core';
import { OPERATION_MS, SCRIPT_LIMIT_MS } from '../contract/action-limits';
import type { ActionOf } from '../contract/actions';
import { ActionFailure, done, type Outcome } from './outcome';
import type { PageDriver } from './page-driver';
import { firstLine } from './errors';
import { thenArrive, thenSettle } from './arrival';
import { TimeLimit } from './time-limit';

/** Default scroll amount, as a part of the viewport height: the rest stays visible. */
const SCROLLED_PART = 0.7;

/** Presses a key or a key combination. */
export async function pressKey(
  driver: PageDriver,
  { key }: ActionOf<'press_key'>,
): Promise<Outcome> {
  const page = await driver.page();
  const press = (): Promise<void> =>
    new TimeLimit(OPERATION_MS).guard(page.keyboard.press(key), 'The key');
  await driver.following(page, () => thenSettle(page, () => thenArrive(page, press)));
  return done(`Pressed ${key}.`);
}

/** Scrolls by the mouse wheel. */
export async function scroll(
  driver: PageDriver,
  action: ActionOf<'scroll_up' | 'scroll_down'>,
): Promise<Outcome> {
  return new TimeLimit(OPERATION_MS).guard(turnWheel(await driver.page(), action), 'Scrolling');
}

async function turnWheel(
  page: Page,
  { type, amount }: ActionOf<'scroll_up' | 'scroll_down'>,
): Promise<Outcome> {
  const { top, height } = await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // a focused list would scroll instead
    return { top: scrollY, height: innerHeight };
  });
  const distance = amount ?? Math.round(height * SCROLLED_PART);
  await page.mouse.wheel(0, type === 'scroll_down' ? distance : -distance);
  const moved = (await scrolledTo(page, top)) - top;
  if (moved === 0)
    throw new ActionFailure(
      `The page does not scroll ${type === 'scroll_down' ? 'down' : 'up'} from here: it is at its end, or no taller than its window.`,
    );
  return done(
    `Scrolled ${moved > 0 ? 'down' : 'up'} by ${countText(Math.round(Math.abs(moved)), 'pixel')}.`,
  );
}

/**
 * Evaluates a script in the page, and returns its result as data. Terminates a script that exceeds its time limit.
 * @throws the error of a closed page
 */
export async function evaluateJs(
  driver: PageDriver,
  { code }: ActionOf<'evaluate_js'>,
  limitMs = SCRIPT_LIMIT_MS,
): Promise<Outcome> {
  const page = await driver.page();
  const cdp = await page.context().newCDPSession(page); // before the script: a frozen page accepts no new session
  const time = new TimeLimit(limitMs);
  try {
    const result = await time.guard(evaluate(page, asExpression(code)), 'The script');
    return done('Evaluated the script.', {
      markdown: asMarkdown(result),
      images: null,
      structured: null,
    });
  } catch (error) {
    if (page.isClosed()) throw error;
    if (time.isOver) await time.after(cdp.send('Runtime.terminateExecution'));
    return { success: false, message: `The script failed: ${firstLine(error)}` }; // the contract requires no exception for a failed script
  } finally {
    cdp.detach().catch(() => {}); // gone with its page
  }
}

/** Returns the scroll position when it no longer changes, or after half a second. */
function scrolledTo(page: Page, from: number): Promise<number> {
  return page.evaluate(
    (before) =>
      new Promise<number>((resolve) => {
        const end = performance.now() + 500;
        let last = scrollY;
        const look = (): void => {
          const rests = scrollY === last && scrollY !== before;
          if (rests || performance.now() > end) resolve(scrollY);
          else setTimeout(look, 16); // no animation frames: a background page has none
          last = scrollY;
        };
        setTimeout(look, 16);
      }),
    from,
  );
}

/** Calls functions, and awaits promises. */
function evaluate(page: Page, expression: string): Promise<unknown> {
  return page.evaluate((text) => {
    const value: unknown = (0, eval)(text);
    return typeof value === 'function' ? (value as () => unknown)() : value;
  }, expression);
}

/** Returns an expression for the value of the code: calls a function, and wraps statements such as `return` in one. */
function asExpression(code: string): string {
  const isDeclaration = /^\s*(async\s+)?function\b/.test(code); // a function declaration has no value
  const forms = [
    ...(isDeclaration ? [`(${code}\n)`] : []),
    code,
    `(async () => (${code}\n))()`,
    `(async () => { ${code}\n})()`,
  ];
  return forms.find(isScript) ?? code;
}

/** Whether the code can be parsed. Does not run it. */
function isScript(code: string): boolean {
  try {
    return Boolean(new Script(code));
  } catch {
    return false;
  }
}

/** Formats values like the reference engine: objects as JSON, booleans as `True` and `False`, undefined as `null`. */
function asMarkdown(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number')
    return Number.isNaN(value) ? 'nan' : String(value).replace('Infinity', 'inf');
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' || typeof value === 'bigint'
    ? value.toString()
    : JSON.stringify(value, null, 2);
}
