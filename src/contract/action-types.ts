/** TypeScript types of actions on a session's page. An invalid action does not compile. */

/**
 * How to find an element; at least one of the three selectors is required. A Playwright selector is used unchanged. Otherwise the CSS
 * selector and then the XPath are tried inside the chain of iframes, and the first one that matches exactly one element wins.
 */
export interface NodeSelectors {
  /** A CSS selector. It also matches in open shadow roots. */
  cssSelector?: string | undefined;
  /** An XPath. */
  xpathSelector?: string | undefined;
  /** A Playwright selector, used unchanged; `null` for none. */
  playwrightSelector?: string | null | undefined;
  /** CSS selectors of the iframes around the element, outermost first. */
  iframeParentCssSelectors?: readonly string[] | undefined;
  /** Whether the element is in an iframe. Informational: `iframeParentCssSelectors` selects the frame. */
  inIframe?: boolean | undefined;
  /** Whether the element is in a shadow root. Informational. */
  inShadowRoot?: boolean | undefined;
  /** The cloud's name of the element. Informational. */
  notteSelector?: string | null | undefined;
  /** The element in Playwright's Python notation. Informational. */
  pythonSelector?: string | null | undefined;
}

/**
 * The element of an action: a selector, or its id in the last observation, such as `B1`. A selector string that begins with `css=`,
 * `xpath=` or `~ ` is a CSS selector, an XPath or an exact text; any other is a Playwright selector.
 */
export type ActionTarget =
  | {
      /** A selector string, or several ways to find the element. */
      selector: string | NodeSelectors;
      /** Excluded by `selector`. */
      id?: undefined;
    }
  | {
      /** Id of the element in the last observation, such as `B1`. */
      id: string;
      /** Excluded by `id`. */
      selector?: undefined;
    };

/** Options of all actions on an element. */
export interface InteractionOptions {
  /** Press Enter afterwards. @default false */
  pressEnter?: boolean | null | undefined;
  /** Timeout, in milliseconds; 0 means the default. @default 15000 */
  timeout?: number | undefined;
}

type Interaction<T extends string, Fields extends object = object> = { type: T } & ActionTarget &
  InteractionOptions &
  Fields;

/** Text to enter. */
interface Entry {
  /** The text to enter. */
  value: string;
  /** Whether to clear the field first. @default true */
  clearBeforeFill?: boolean | undefined;
}

/** Mail or text messages to read. */
interface MessageQuery {
  /** Maximum number of messages. @default 10 */
  limit?: number | undefined;
  /** Maximum age, as an ISO 8601 duration; `null` for any age. @default 'PT5M' */
  timedelta?: string | null | undefined;
  /** Whether to read only unread messages. @default true */
  onlyUnread?: boolean | undefined;
}

/** Values for the fields of a form, by meaning. At least one is required. */
export interface FormFields {
  /** Form of address, such as `Dr`. */
  title?: string | undefined;
  /** First name. */
  firstName?: string | undefined;
  /** Middle name. */
  middleName?: string | undefined;
  /** Last name. */
  lastName?: string | undefined;
  /** Full name, for forms with a single name field. */
  fullName?: string | undefined;
  /** E-mail address. */
  email?: string | undefined;
  /** Company or organisation. */
  company?: string | undefined;
  /** First line of the address: street and number. */
  address1?: string | undefined;
  /** Second line of the address. */
  address2?: string | undefined;
  /** Third line of the address. */
  address3?: string | undefined;
  /** City or town. */
  city?: string | undefined;
  /** State, province or region. */
  state?: string | undefined;
  /** Postal code. */
  postalCode?: string | undefined;
  /** Country, by the name or code that the form uses. */
  country?: string | undefined;
  /** Telephone number. */
  phone?: string | undefined;
  /** Name on the payment card. */
  ccName?: string | undefined;
  /** Number of the payment card. */
  ccNumber?: string | undefined;
  /** Expiry month of the card. */
  ccExpMonth?: string | undefined;
  /** Expiry year of the card. */
  ccExpYear?: string | undefined;
  /** Expiry month and year of the card, in one field. */
  ccExp?: string | undefined;
  /** Security code of the card. */
  ccCvv?: string | undefined;
  /** User name. */
  username?: string | undefined;
  /** Same as `password`. */
  currentPassword?: string | undefined;
  /** New password, in forms that change or set one. */
  newPassword?: string | undefined;
  /** One-time code of a second factor. */
  totp?: string | undefined;
}

/** What to extract from the page. */
export interface ScrapeAction {
  /** Same for all types. */
  type: 'scrape';
  /** Requires a language model. */
  instructions?: string | null | undefined;
  /** Whether to omit navigation, headers, footers and similar parts. @default true */
  onlyMainContent?: boolean | undefined;
  /** Playwright selector of the part to extract. @default the whole page */
  selector?: string | null | undefined;
  /** Whether to list the images of the page instead of its text. @default false */
  onlyImages?: boolean | undefined;
  /** Whether to keep links instead of plain text. @default true */
  scrapeLinks?: boolean | undefined;
  /** Whether to keep images in the text. @default false */
  scrapeImages?: boolean | undefined;
  /** Names of tags to omit with their content, such as `aside`. */
  ignoredTags?: readonly string[] | null | undefined;
  /** JSON schema of the result of a language model. */
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
  | {
      type: 'goto';
      /** Address; a host without scheme gets `https://`. */
      url: string;
    }
  | {
      type: 'goto_new_tab';
      /** Address for the new tab; a host without scheme gets `https://`. */
      url: string;
    }
  | { type: 'close_tab' }
  | {
      type: 'switch_tab';
      /** Index from 0, in the order of opening; -1 is the last tab. */
      tabIndex: number;
    }
  | { type: 'go_back' }
  | { type: 'go_forward' }
  | { type: 'reload' }
  | {
      type: 'wait';
      /** Duration, in milliseconds: 0 to 30000. */
      time: number;
    }
  | {
      type: 'press_key';
      /** As in Playwright: `Enter`, `Control+a`. */
      key: string;
    }
  | {
      type: 'scroll_up';
      /** In CSS pixels. @default 70 % of the visible height */
      amount?: number | null | undefined;
    }
  | {
      type: 'scroll_down';
      /** In CSS pixels. @default 70 % of the visible height */
      amount?: number | null | undefined;
    }
  | {
      type: 'captcha_solve';
      /** Kind of captcha, if known. Cloud only. */
      captchaType?: (typeof CAPTCHA_TYPES)[number] | null | undefined;
    }
  | {
      type: 'help';
      /** Reason for the request, recorded in the session's steps. */
      reason: string;
    }
  | {
      type: 'completion';
      /** Whether the task succeeded, recorded in the session's steps. */
      success: boolean;
      /** The result of the task. */
      answer: string;
    }
  | ScrapeAction
  | {
      type: 'evaluate_js';
      /** An expression, a function to call, or statements with a `return`. */
      code: string;
    }
  | ({ type: 'email_read' } & MessageQuery)
  | ({ type: 'sms_read' } & MessageQuery)
  | {
      type: 'form_fill';
      /** The values, by meaning. */
      value: FormFields;
    }
  | Interaction<'click'>
  | Interaction<'fill', Entry>
  | Interaction<'multi_factor_fill', Entry>
  | Interaction<'fallback_fill', Entry>
  | Interaction<
      'check',
      {
        /** Whether to check or uncheck the element. */
        value: boolean;
      }
    >
  | Interaction<
      'select_dropdown_option',
      {
        /** Value or label of the option. */
        value: string;
      }
    >
  | Interaction<
      'upload_file',
      {
        /** Name of an uploaded file. */
        filePath: string;
      }
    >
  | Interaction<'download_file'>;

/** The `type` of an action. */
export type ActionType = Action['type'];

/** The action of one type. */
export type ActionOf<T extends ActionType> = Extract<Action, { type: T }>;

/** An action on an element. */
export type InteractionAction = Extract<Action, { timeout?: number | undefined }>;
