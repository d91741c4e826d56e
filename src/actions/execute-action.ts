/** Executes an action on a session's current page. A failed action is a result; only other errors are thrown. */
import { longestActionMs } from '../contract/action-limits';
import type { Action, ActionOf, ActionType, NodeSelectors } from '../contract/actions';
import { isSessionwrightError, SessionwrightError } from '../contract/errors';
import type { ExecutionResult } from '../contract/execution';
import { firstLine, textOf } from './errors';
import { downloadFile, uploadFile } from './file-actions';
import { formFill } from './form-fill';
import {
  check,
  click,
  fallbackFill,
  fill,
  multiFactorFill,
  selectDropdownOption,
} from './interactions';
import {
  closeTab,
  goBack,
  goForward,
  goto,
  gotoNewTab,
  reload,
  switchTab,
  wait,
} from './navigation';
import { ActionFailure, type Outcome } from './outcome';
import { evaluateJs, pressKey, scroll } from './page-actions';
import type { PageDriver } from './page-driver';
import { scrape } from './scrape-action';
import { TimeLimit } from './time-limit';

/** Codes of errors that are not failures of the action: an id before any observation, and the end of the browser. */
const NO_RESULTS = new Set(['not_observed', 'cdp_closed']);

type Handlers = {
  readonly [T in ActionType]: (driver: PageDriver, action: ActionOf<T>) => Promise<Outcome>;
};

const HANDLERS: Handlers = {
  goto,
  goto_new_tab: gotoNewTab,
  close_tab: closeTab,
  switch_tab: switchTab,
  go_back: goBack,
  go_forward: goForward,
  reload,
  wait,
  press_key: pressKey,
  scroll_up: scroll,
  scroll_down: scroll,
  captcha_solve: cloudOnly(
    'Solving captchas needs a session of the cloud, started with solve_captchas',
  ),
  help: async (_, { reason }) => ({ success: false, message: reason }),
  completion: async (_, { answer }) => ({ success: true, message: answer }),
  scrape,
  evaluate_js: evaluateJs,
  email_read: cloudOnly('Reading mail needs a persona of the cloud'),
  sms_read: cloudOnly('Reading text messages needs a persona of the cloud'),
  form_fill: formFill,
  click,
  fill,
  multi_factor_fill: multiFactorFill,
  fallback_fill: fallbackFill,
  check,
  select_dropdown_option: selectDropdownOption,
  upload_file: uploadFile,
  download_file: downloadFile,
};

/**
 * Executes an action. Calls are serial: see {@link PageDriver.run}.
 * @throws {@link ApiError} (409) for an id before any observation
 */
export async function executeAction(driver: PageDriver, action: Action): Promise<ExecutionResult> {
  const startedAt = new Date();
  const { success, message, data, exception } = await attempt(driver, action);
  return {
    action,
    success,
    message,
    data: data ?? null,
    exception: exception ?? null,
    startedAt,
    endedAt: new Date(),
  };
}

async function attempt(
  driver: PageDriver,
  action: Action,
): Promise<Outcome & { exception?: string }> {
  try {
    const handle = HANDLERS[action.type] as (
      driver: PageDriver,
      action: Action,
    ) => Promise<Outcome>;
    return await new TimeLimit(longestActionMs(action)).guard(
      handle(driver, action),
      `The action '${action.type}'`,
    ); // a frozen page must not block later calls
  } catch (error) {
    if (await driver.isStale) throw error;
    if (isSessionwrightError(error) && NO_RESULTS.has(error.code)) throw error;
    if (error instanceof ActionFailure || error instanceof SessionwrightError)
      return { success: false, message: error.message, exception: error.message };
    return {
      success: false,
      message: `The action '${action.type}'${targetOf(action)} failed: ${firstLine(error)}${hintOf(driver)}`,
      exception: textOf(error),
    };
  }
}

/** Describes the state of the tab, to explain a failure. */
function hintOf({ hasCrashed, openDialog }: PageDriver): string {
  if (hasCrashed) return ' The tab has crashed: goto and reload bring it back.';
  return openDialog === undefined
    ? ''
    : ` A dialog had opened, and another client of the session was to answer it: ${openDialog}.`;
}

/** Describes the element of an action. */
function targetOf(action: Action): string {
  if (!('selector' in action) && !('id' in action)) return '';
  const { selector, id } = action as { selector?: string | NodeSelectors; id?: string };
  if (selector === undefined) return id === undefined ? '' : ` on ${id}`;
  const text =
    typeof selector === 'string'
      ? selector
      : (selector.playwrightSelector ?? (selector.cssSelector || selector.xpathSelector));
  return text ? ` on ${text}` : '';
}

function cloudOnly(what: string): () => Promise<Outcome> {
  return async () => {
    throw new ActionFailure(`${what}.`);
  };
}
