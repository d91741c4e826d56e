/** Wire schemas of actions, one per `type`, including the field names of older clients. Unknown fields are refused. */
import * as z from 'zod';

import { isRecord } from '../base/json';
import { DEFAULT_INTERACTION_MS } from './action-limits';
import { CAPTCHA_TYPES } from './action-types';
import { lenient } from './exact';
import { scrapeFields } from './scrape';
import { coerceNumber, looseBoolean, looseInteger, parseDuration } from './values';

/** Maximum timeout of an interaction, in milliseconds: the maximum duration of a session. */
const MAX_INTERACTION_MS = 24 * 60 * 60 * 1000;
/** Maximum `wait`, in milliseconds. */
const MAX_WAIT_MS = 30_000;

/** Sent by other clients with every action; ignored. */
const DESCRIPTIVE = { category: z.string().nullish(), description: z.string().nullish() };
/** Sent by other clients with interactions; ignored. */
const DESCRIPTIVE_OF_INTERACTION = {
  ...DESCRIPTIVE,
  text_label: z.string().nullish(),
  param: z.unknown().optional(),
};
/** Ignored fields. */
export const IGNORED_FIELDS = new Set(Object.keys(DESCRIPTIVE_OF_INTERACTION));

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

/** A selector as an object. */
const selectorsObject = z
  .strictObject({
    css_selector: text,
    xpath_selector: text,
    in_iframe: looseBoolean.nullish().transform((value) => value ?? false),
    in_shadow_root: looseBoolean.nullish().transform((value) => value ?? false),
    iframe_parent_css_selectors: z
      .array(z.string())
      .nullish()
      .transform((value) => value ?? []),
    notte_selector: z.string().nullish(),
    playwright_selector: z.string().nullish(),
    python_selector: z.string().nullish(),
  })
  .refine(
    (selectors) =>
      isText(selectors.css_selector) ||
      isText(selectors.xpath_selector) ||
      isText(selectors.playwright_selector),
    { error: 'give a css_selector, an xpath_selector or a playwright_selector' },
  );

/** A selector is an object or a string. A string becomes an object; an empty string means no selector. */
const selector = z.preprocess(
  (value) => (typeof value === 'string' ? fromText(value) : value),
  selectorsObject.nullish(),
);

/** Element and timeout. `clear` and similar fields were renamed before. */
const interaction = {
  ...DESCRIPTIVE_OF_INTERACTION,
  id: z
    .string()
    .nullish()
    .transform((id) => (id ?? '').replace(/\[:\]$/, '')),
  selector,
  press_enter: looseBoolean.nullish(),
  timeout: lenient(coerceNumber, z.int().min(0).max(MAX_INTERACTION_MS))
    .nullish()
    .transform((timeoutMs) => (timeoutMs ? timeoutMs : DEFAULT_INTERACTION_MS)),
};
const entry = {
  value: z.string(),
  clear_before_fill: looseBoolean.nullish().transform((value) => value ?? true),
};
const amount = { amount: looseInteger.nullish() };
const messages = {
  limit: lenient(coerceNumber, z.int().min(1))
    .nullish()
    .transform((value) => value ?? 10),
  timedelta: z
    .string()
    .nullable()
    .default('PT5M')
    .refine((value) => value === null || !Number.isNaN(parseDuration(value)), {
      error: 'Invalid input: expected a duration such as PT5M',
    }),
  only_unread: looseBoolean.nullish().transform((value) => value ?? true),
};
const url = { url: z.string().trim().min(1) };

const FORM_KEYS = [
  ...[
    'title',
    'first_name',
    'middle_name',
    'last_name',
    'full_name',
    'email',
    'company',
    'address1',
    'address2',
    'address3',
    'city',
    'state',
    'postal_code',
    'country',
    'phone',
  ],
  ...[
    'cc_name',
    'cc_number',
    'cc_exp_month',
    'cc_exp_year',
    'cc_exp',
    'cc_cvv',
    'username',
    'current_password',
    'new_password',
    'totp',
  ],
] as const;
const formFields = z
  .strictObject(Object.fromEntries(FORM_KEYS.map((key) => [key, z.string().optional()])))
  .refine((fields) => Object.keys(fields).length > 0, {
    error: `give at least one of: ${FORM_KEYS.join(', ')}`,
  });

/** An action without an element. */
function onPage<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  return z.strictObject({ type: z.literal(type), ...DESCRIPTIVE, ...shape });
}

/** An action on an element: it needs an id or a selector. */
function onElement<T extends string, S extends z.ZodRawShape>(type: T, shape: S) {
  const hasTarget = (action: object): boolean => {
    const { id, selector: found } = action as { id?: string; selector?: object | null };
    return isText(id) || (found !== undefined && found !== null);
  };
  return z.strictObject({ type: z.literal(type), ...interaction, ...shape }).refine(hasTarget, {
    path: ['selector'],
    error: 'give a selector, or the id of an element in the last observation',
  });
}

/** All actions. */
export const actionSchemas = {
  goto: onPage('goto', url),
  goto_new_tab: onPage('goto_new_tab', url),
  close_tab: onPage('close_tab', {}),
  switch_tab: onPage('switch_tab', { tab_index: looseInteger }),
  go_back: onPage('go_back', {}),
  go_forward: onPage('go_forward', {}),
  reload: onPage('reload', {}),
  wait: onPage('wait', { time_ms: lenient(coerceNumber, z.int().min(0).max(MAX_WAIT_MS)) }),
  press_key: onPage('press_key', { key: z.string().min(1) }),
  scroll_up: onPage('scroll_up', amount),
  scroll_down: onPage('scroll_down', amount),
  captcha_solve: onPage('captcha_solve', { captcha_type: z.enum(CAPTCHA_TYPES).nullish() }),
  help: onPage('help', { reason: z.string() }),
  completion: onPage('completion', {
    success: looseBoolean,
    answer: z.preprocess(
      (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value),
      z.string(),
    ),
  }),
  scrape: onPage('scrape', {
    ...scrapeFields,
    only_main_content: looseBoolean.nullish().transform((value) => value ?? true),
  }),
  evaluate_js: onPage('evaluate_js', { code: z.string().min(1) }),
  email_read: onPage('email_read', messages),
  sms_read: onPage('sms_read', messages),
  form_fill: onPage('form_fill', { value: formFields }),
  click: onElement('click', {}),
  fill: onElement('fill', entry),
  multi_factor_fill: onElement('multi_factor_fill', entry),
  fallback_fill: onElement('fallback_fill', entry),
  check: onElement('check', { value: looseBoolean }),
  select_dropdown_option: onElement('select_dropdown_option', { value: z.string() }),
  upload_file: onElement('upload_file', { file_path: z.string().min(1) }),
  download_file: onElement('download_file', {}),
} as const;

/** An action on the wire, for the API description. {@link decodeAction} parses one. */
export const actionSchema = z.discriminatedUnion(
  'type',
  Object.values(actionSchemas) as unknown as [typeof actionSchemas.goto],
);

/** Actions whose single field older clients call `value`. */
const VALUE_OF: Record<string, string> = {
  ...{
    goto: 'url',
    goto_new_tab: 'url',
    switch_tab: 'tab_index',
    wait: 'time_ms',
    press_key: 'key',
    scroll_up: 'amount',
    scroll_down: 'amount',
  },
  ...{ captcha_solve: 'captcha_type', help: 'reason', evaluate_js: 'code' },
};

/** Renames fields of older clients to the current names. */
export function renameOldFields(action: Record<string, unknown>): Record<string, unknown> {
  const { type } = action;
  const field =
    typeof type === 'string' && Object.hasOwn(VALUE_OF, type) ? VALUE_OF[type] : undefined;
  if (field !== undefined) return rename(action, 'value', field);
  if (type === 'form_fill' && isRecord(action['value']))
    return { ...action, value: rename(action['value'], 'password', 'current_password') };
  return typeof type === 'string' && type.endsWith('fill')
    ? rename(action, 'clear', 'clear_before_fill')
    : action;
}

/** If both names are set, the old field stays and is refused as unknown. */
function rename(
  action: Record<string, unknown>,
  from: string,
  to: string,
): Record<string, unknown> {
  if (!Object.hasOwn(action, from) || Object.hasOwn(action, to)) return action;
  const { [from]: value, ...rest } = action;
  return { ...rest, [to]: value };
}

/** Parses a selector string. */
function fromText(selectorText: string): object | undefined {
  const trimmed = selectorText.trim();
  if (trimmed === '') return undefined;
  if (trimmed.startsWith('xpath=')) return { xpath_selector: trimmed.slice('xpath='.length) };
  if (trimmed.startsWith('css=')) return { css_selector: trimmed.slice('css='.length) };
  if (trimmed.startsWith('~ '))
    return { playwright_selector: `internal:text=${JSON.stringify(trimmed.slice(2).trim())}` };
  return { playwright_selector: selectorText };
}

function isText(value: string | null | undefined): boolean {
  return typeof value === 'string' && value !== '';
}
