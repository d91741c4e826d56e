/** Actions on one element: click, enter text, check, select. */
import type { Locator, Page } from 'playwright-core';
import { isSinceMinor, playwrightCoreVersion } from '../base/playwright-core';
import { DEFAULT_INTERACTION_MS } from '../contract/action-limits';
import type { ActionOf, InteractionAction } from '../contract/actions';
import { textOf } from './errors';
import { locate, type Target } from './locate';
import { ActionFailure, done, type Outcome } from './outcome';
import type { PageDriver } from './page-driver';
import { thenArrive, thenSettle } from './arrival';
import { TimeLimit } from './time-limit';

/** Pause between two keys in fields that react to each key, in milliseconds: that of the contract. */
const KEY_DELAY_MS = 100;

/** Whether an element may not be clickable, checked in one round trip without waiting for the element. */
const MAYBE_DISABLED =
  'xpath=self::*[ancestor-or-self::*[@disabled or @inert or @aria-disabled="true"]]';

/** Whether a click can be canceled, since Playwright 1.62. */
const CAN_CALL_OFF = isSinceMinor(playwrightCoreVersion(), 62);

/** An element, its page and its action. */
export interface Interaction<A extends InteractionAction = InteractionAction> extends Target {
  driver: PageDriver;
  page: Page;
  action: A;
  time: TimeLimit;
}

/** Runs an interaction with the element of an action, within its time limit. `perform` returns what was done. */
export async function interact<A extends InteractionAction>(
  driver: PageDriver,
  action: A,
  perform: (interaction: Interaction<A>) => Promise<string>,
): Promise<Outcome> {
  const page = await driver.page();
  const time = new TimeLimit(action.timeout ?? DEFAULT_INTERACTION_MS);
  const work = async (): Promise<string> => {
    const target = await locate(driver, { action, page, time });
    const what = await perform({ ...target, driver, page, action, time });
    if (!action.pressEnter) return what;
    await thenArrive(page, () => page.keyboard.press('Enter'));
    return `${what} Pressed Enter.`;
  };
  return done(
    await driver.following(page, () =>
      thenSettle(page, () => time.guard(work(), `The action '${action.type}'`)),
    ),
  );
}

/** Clicks. */
export function click(driver: PageDriver, action: ActionOf<'click'>): Promise<Outcome> {
  return interact(driver, action, async (interaction) => {
    await clickElement(interaction);
    return `Clicked ${interaction.name}.`;
  });
}

/** Replaces the text of a field. */
export function fill(driver: PageDriver, action: ActionOf<'fill'>): Promise<Outcome> {
  return interact(driver, action, async (interaction) => {
    const { locator, time, name } = interaction;
    if (action.value.includes('\t')) await paste(interaction, action.value);
    else
      await locator.fill(action.value, {
        force: action.clearBeforeFill ?? true,
        timeout: time.left(),
      });
    return `Filled ${name}.`;
  });
}

/** Types a code with one field per character, where the page moves the focus. */
export function multiFactorFill(
  driver: PageDriver,
  action: ActionOf<'multi_factor_fill'>,
): Promise<Outcome> {
  return interact(driver, action, async (interaction) => {
    await clickElement(interaction);
    await interaction.page.keyboard.type(action.value, { delay: KEY_DELAY_MS });
    return `Typed into ${interaction.name}, key by key.`;
  });
}

/** Types key by key, for fields that accept no other input. */
export function fallbackFill(
  driver: PageDriver,
  action: ActionOf<'fallback_fill'>,
): Promise<Outcome> {
  return interact(driver, action, async (interaction) => {
    const { locator, time, name } = interaction;
    await clickElement(interaction);
    if (action.clearBeforeFill ?? true) await locator.clear({ timeout: time.left() });
    await locator.pressSequentially(action.value, {
      delay: KEY_DELAY_MS,
      timeout: time.left(),
    });
    return `Typed into ${name}.`;
  });
}

/** Checks or unchecks. */
export function check(driver: PageDriver, action: ActionOf<'check'>): Promise<Outcome> {
  return interact(driver, action, async ({ locator, time, name }) => {
    await locator.setChecked(action.value, { timeout: time.left() });
    return `${action.value ? 'Checked' : 'Unchecked'} ${name}.`;
  });
}

/** Selects an option of a list by its value or label. Any other element is an option itself, and is clicked. */
export function selectDropdownOption(
  driver: PageDriver,
  action: ActionOf<'select_dropdown_option'>,
): Promise<Outcome> {
  return interact(driver, action, async (interaction) => {
    const { locator, time, name } = interaction;
    const { tag, value } = await locator.evaluate(
      (element) => ({
        tag: element.tagName,
        value: element instanceof HTMLOptionElement ? element.value : '',
      }),
      undefined,
      { timeout: time.left() },
    );
    if (tag === 'SELECT') await locator.selectOption(action.value, { timeout: time.left() });
    else if (tag === 'OPTION')
      await locator
        .locator('xpath=ancestor::select[1]')
        .selectOption({ value }, { timeout: time.left() });
    else await clickElement(interaction);
    return tag === 'SELECT' ? `Selected '${action.value}' in ${name}.` : `Selected ${name}.`;
  });
}

/**
 * Clicks with the mouse. If that is not possible in time, for example under an overlay, calls the element's `click()`.
 * @throws {@link ActionFailure} at once for a disabled element; Playwright would wait until it is enabled
 */
export async function clickElement(interaction: Interaction): Promise<void> {
  const { locator, time } = interaction;
  const callOff = new AbortController();
  const looking = look(interaction).catch((error: unknown) => {
    callOff.abort();
    throw error;
  });
  if (!CAN_CALL_OFF) await looking; // otherwise the check runs in parallel, because waiting often delays the click by a frame
  try {
    const timeout = time.leftBeforeLastResort();
    await Promise.all([looking, locator.click({ timeout, signal: callOff.signal })]);
  } catch (error) {
    await clickByScript(interaction, error);
  }
}

/** @throws {@link ActionFailure} if the element exists and is disabled */
async function look(interaction: Interaction): Promise<void> {
  if ((await interaction.locator.locator(MAYBE_DISABLED).count()) > 0)
    await refuseDisabled(interaction);
}

/** Handles a failed click. The log of Playwright's error shows its progress. */
async function clickByScript(interaction: Interaction, error: unknown): Promise<void> {
  const { locator, page, time, driver } = interaction;
  const log = textOf(error);
  if (page.isClosed() && log.includes('performing click action')) return; // the button closed the tab
  if (!isTimeout(error) || driver.openDialog !== undefined) throw error;
  if (log.includes('click action done')) return; // only the next page is slow
  if (time.isOver || (await locator.count()) !== 1) throw error;
  await refuseDisabled(interaction); // it may have been disabled meanwhile
  await locator.evaluate((element) => (element as HTMLElement).click(), undefined, {
    timeout: time.left(),
  });
}

async function refuseDisabled({ locator, name, time }: Interaction): Promise<void> {
  const obstacle = await locator.evaluate(disabledBy, undefined, { timeout: time.left() });
  if (obstacle !== null) throw new ActionFailure(`${name} cannot be clicked: ${obstacle}.`);
}

/** Runs in the page. Returns why the element cannot be clicked, or null. */
function disabledBy(element: Element): string | null {
  for (
    let node: Element | null = element;
    node;
    node = node.parentElement ?? (node.getRootNode() as Partial<ShadowRoot>).host ?? null
  ) {
    const whose = node === element ? 'it' : `its <${node.tagName.toLowerCase()}> ancestor`;
    if (node.matches(':disabled')) return `${whose} is disabled`;
    if (node.hasAttribute('inert')) return `${whose} is inert`;
    if (node.getAttribute('aria-disabled') === 'true') return `${whose} is aria-disabled`;
  }
  return null;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

/** Text with tabs is a table: it is pasted into fields that handle tables, and inserted into others. */
async function paste({ locator, page, time }: Interaction, text: string): Promise<void> {
  await locator.focus({ timeout: time.left() });
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Backspace');
  if (await isTakenByPage(locator, text, time)) return;
  await page.keyboard.insertText(text);
}

function isTakenByPage(locator: Locator, text: string, time: TimeLimit): Promise<boolean> {
  return locator.evaluate(
    (element, pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      return !element.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    },
    text,
    { timeout: time.left() },
  );
}
