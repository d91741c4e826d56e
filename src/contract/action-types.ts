/** Actions on a session's page as a TypeScript program writes them. A wrong one does not compile. */

/**
 * How to find an element. The Playwright selector is used as it is; else the CSS selector, then the XPath, inside the chain of
 * iframes: the first that matches exactly one element. Give at least one of the three.
 */
export interface NodeSelectors {
  cssSelector?: string | undefined;
  xpathSelector?: string | undefined;
  playwrightSelector?: string | null | undefined;
  /** CSS selectors of the iframes that lead to the element, outermost first. */
  iframeParentCssSelectors?: readonly string[] | undefined;
  inIframe?: boolean | undefined;
  inShadowRoot?: boolean | undefined;
  notteSelector?: string | null | undefined;
  pythonSelector?: string | null | undefined;
}

/**
 * The element that an action works on: by a selector (a text that begins with `css=`, `xpath=` or `~ ` is a CSS selector, an XPath or
 * an exact text; every other is Playwright's), or by its id in the last observation, such as `B1`.
 */
export type ActionTarget =
  { selector: string | NodeSelectors; id?: undefined } | { id: string; selector?: undefined };

/** What every action on an element may say. */
export interface InteractionOptions {
  /** Press Enter afterwards. @default false */
  pressEnter?: boolean | null | undefined;
  /** Longest time for it, in milliseconds; 0 stands for the default. @default 15000 */
  timeout?: number | undefined;
}

type Interaction<T extends string, Fields extends object = object> = { type: T } & ActionTarget &
  InteractionOptions &
  Fields;

/** A text to enter. */
interface Entry {
  value: string;
  /** @default true */
  clearBeforeFill?: boolean | undefined;
}

/** Mail or text messages to read. */
interface MessageQuery {
  /** @default 10 */
  limit?: number | undefined;
  /** How old at most, as an ISO 8601 duration; `null` for any age. @default 'PT5M' */
  timedelta?: string | null | undefined;
  /** @default true */
  onlyUnread?: boolean | undefined;
}

/** Values for the fields of a form, by what they mean. At least one. */
export interface FormFields {
  title?: string | undefined;
  firstName?: string | undefined;
  middleName?: string | undefined;
  lastName?: string | undefined;
  fullName?: string | undefined;
  email?: string | undefined;
  company?: string | undefined;
  address1?: string | undefined;
  address2?: string | undefined;
  address3?: string | undefined;
  city?: string | undefined;
  state?: string | undefined;
  postalCode?: string | undefined;
  country?: string | undefined;
  phone?: string | undefined;
  ccName?: string | undefined;
  ccNumber?: string | undefined;
  ccExpMonth?: string | undefined;
  ccExpYear?: string | undefined;
  ccExp?: string | undefined;
  ccCvv?: string | undefined;
  username?: string | undefined;
  /** `password` is the same. */
  currentPassword?: string | undefined;
  newPassword?: string | undefined;
  totp?: string | undefined;
}

/** What is to be taken from the page. */
export interface ScrapeAction {
  type: 'scrape';
  /** Needs a language model. */
  instructions?: string | null | undefined;
  /** @default true */
  onlyMainContent?: boolean | undefined;
  /** A Playwright selector of the part to take. @default the whole page */
  selector?: string | null | undefined;
  /** @default false */
  onlyImages?: boolean | undefined;
  /** @default true */
  scrapeLinks?: boolean | undefined;
  /** @default false */
  scrapeImages?: boolean | undefined;
  ignoredTags?: readonly string[] | null | undefined;
  /** JSON schema of what a language model shall make of it. */
  responseFormat?: Record<string, unknown> | null | undefined;
}

/** Kinds of captchas. */
export const CAPTCHA_TYPES = [
  'recaptcha',
  'hcaptcha',
  'image',
  'text',
  'auth0',
  'cloudflare',
  'datadome',
  'arkose labs',
  'geetest',
  'press&hold',
  'unknown',
] as const;

/** One action on the session's current page. */
export type Action =
  | { type: 'goto'; url: string }
  | { type: 'goto_new_tab'; url: string }
  | { type: 'close_tab' }
  | { type: 'switch_tab'; /** From 0; -1 is the last. */ tabIndex: number }
  | { type: 'go_back' }
  | { type: 'go_forward' }
  | { type: 'reload' }
  | { type: 'wait'; /** 0 to 30000. */ timeMs: number }
  | { type: 'press_key'; /** As in Playwright: `Enter`, `Control+a`. */ key: string }
  | {
      type: 'scroll_up';
      /** In CSS pixels. @default 70 % of the visible height */ amount?: number | null | undefined;
    }
  | {
      type: 'scroll_down';
      /** In CSS pixels. @default 70 % of the visible height */ amount?: number | null | undefined;
    }
  | { type: 'captcha_solve'; captchaType?: (typeof CAPTCHA_TYPES)[number] | null | undefined }
  | { type: 'help'; reason: string }
  | { type: 'completion'; success: boolean; answer: string }
  | ScrapeAction
  | {
      type: 'evaluate_js';
      /** An expression, a function to call, or statements with a `return`. */ code: string;
    }
  | ({ type: 'email_read' } & MessageQuery)
  | ({ type: 'sms_read' } & MessageQuery)
  | { type: 'form_fill'; value: FormFields }
  | Interaction<'click'>
  | Interaction<'fill', Entry>
  | Interaction<'multi_factor_fill', Entry>
  | Interaction<'fallback_fill', Entry>
  | Interaction<'check', { value: boolean }>
  | Interaction<
      'select_dropdown_option',
      { /** The value or the label of the option. */ value: string }
    >
  | Interaction<'upload_file', { /** Name of a file in the upload storage. */ filePath: string }>
  | Interaction<'download_file'>;

/** The `type` of an action. */
export type ActionType = Action['type'];

/** The action of one type. */
export type ActionOf<T extends ActionType> = Extract<Action, { type: T }>;

/** An action on an element. */
export type InteractionAction = Extract<Action, { timeout?: number | undefined }>;
