/** Actions on a session's page as a TypeScript program writes them. A wrong one does not compile. */

/**
 * How to find an element. The Playwright selector is used as it is; else the CSS selector, then the XPath, inside the chain of
 * iframes: the first that matches exactly one element. Give at least one of the three.
 */
export interface NodeSelectors {
  /** A CSS selector, which reaches into open shadow roots. */
  cssSelector?: string | undefined;
  /** An XPath. */
  xpathSelector?: string | undefined;
  /** A selector of Playwright's, taken as it is; `null` for none. */
  playwrightSelector?: string | null | undefined;
  /** CSS selectors of the iframes that lead to the element, outermost first. */
  iframeParentCssSelectors?: readonly string[] | undefined;
  /** Whether the element stands in an iframe. Informs only: `iframeParentCssSelectors` leads there. */
  inIframe?: boolean | undefined;
  /** Whether the element stands in a shadow root. Informs only. */
  inShadowRoot?: boolean | undefined;
  /** The cloud's own name of the element. Informs only. */
  notteSelector?: string | null | undefined;
  /** The element in Playwright's Python notation. Informs only. */
  pythonSelector?: string | null | undefined;
}

/**
 * The element that an action works on: by a selector (a text that begins with `css=`, `xpath=` or `~ ` is a CSS selector, an XPath or
 * an exact text; every other is Playwright's), or by its id in the last observation, such as `B1`.
 */
export type ActionTarget =
  | {
      /** A text that names the element, or several ways to find it. */
      selector: string | NodeSelectors;
      /** Not beside a selector. */
      id?: undefined;
    }
  | {
      /** Id of the element in the last observation, such as `B1`. */
      id: string;
      /** Not beside an id. */
      selector?: undefined;
    };

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
  /** The text to enter. */
  value: string;
  /** Whether what is in the field is removed first. @default true */
  clearBeforeFill?: boolean | undefined;
}

/** Mail or text messages to read. */
interface MessageQuery {
  /** Most messages to read. @default 10 */
  limit?: number | undefined;
  /** How old at most, as an ISO 8601 duration; `null` for any age. @default 'PT5M' */
  timedelta?: string | null | undefined;
  /** Whether only those are read that were not read before. @default true */
  onlyUnread?: boolean | undefined;
}

/** Values for the fields of a form, by what they mean. At least one. */
export interface FormFields {
  /** Form of address, such as `Dr`. */
  title?: string | undefined;
  /** First name. */
  firstName?: string | undefined;
  /** Middle name. */
  middleName?: string | undefined;
  /** Last name. */
  lastName?: string | undefined;
  /** The whole name, where one field asks for it. */
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
  /** Country, by name or code as the form has it. */
  country?: string | undefined;
  /** Telephone number. */
  phone?: string | undefined;
  /** Name on the payment card. */
  ccName?: string | undefined;
  /** Number of the payment card. */
  ccNumber?: string | undefined;
  /** Month in which the card expires. */
  ccExpMonth?: string | undefined;
  /** Year in which the card expires. */
  ccExpYear?: string | undefined;
  /** Month and year in which the card expires, in one field. */
  ccExp?: string | undefined;
  /** Security code of the card. */
  ccCvv?: string | undefined;
  /** Name to sign in with. */
  username?: string | undefined;
  /** `password` is the same. */
  currentPassword?: string | undefined;
  /** The password to set, where one is changed or chosen. */
  newPassword?: string | undefined;
  /** One-time code of a second factor. */
  totp?: string | undefined;
}

/** What is to be taken from the page. */
export interface ScrapeAction {
  /** The same for each of them. */
  type: 'scrape';
  /** Needs a language model. */
  instructions?: string | null | undefined;
  /** Whether navigation, headers, footers and such are left out. @default true */
  onlyMainContent?: boolean | undefined;
  /** A Playwright selector of the part to take. @default the whole page */
  selector?: string | null | undefined;
  /** Whether the images of the page are listed instead of its text. @default false */
  onlyImages?: boolean | undefined;
  /** Whether links stay links, and do not become plain text. @default true */
  scrapeLinks?: boolean | undefined;
  /** Whether images are kept in the text. @default false */
  scrapeImages?: boolean | undefined;
  /** Names of tags that are left out with all they hold, such as `aside`. */
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
  | {
      type: 'goto';
      /** Where to; `https://` is put before a mere host. */
      url: string;
    }
  | {
      type: 'goto_new_tab';
      /** What the new tab opens; `https://` is put before a mere host. */
      url: string;
    }
  | { type: 'close_tab' }
  | {
      type: 'switch_tab';
      /** From 0, in the order of opening; -1 is the last. */
      tabIndex: number;
    }
  | { type: 'go_back' }
  | { type: 'go_forward' }
  | { type: 'reload' }
  | {
      type: 'wait';
      /** How long, in milliseconds: 0 to 30000. */
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
      /** Which kind it is, if that is known. The cloud only. */
      captchaType?: (typeof CAPTCHA_TYPES)[number] | null | undefined;
    }
  | {
      type: 'help';
      /** What help is needed for; noted in the session's steps. */
      reason: string;
    }
  | {
      type: 'completion';
      /** Whether the task was done; noted in the session's steps. */
      success: boolean;
      /** What came of it. */
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
      /** The values, by what they mean. */
      value: FormFields;
    }
  | Interaction<'click'>
  | Interaction<'fill', Entry>
  | Interaction<'multi_factor_fill', Entry>
  | Interaction<'fallback_fill', Entry>
  | Interaction<
      'check',
      {
        /** Whether it shall be checked. */
        value: boolean;
      }
    >
  | Interaction<
      'select_dropdown_option',
      {
        /** The value or the label of the option. */
        value: string;
      }
    >
  | Interaction<
      'upload_file',
      {
        /** Name of a file in the upload storage. */
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
