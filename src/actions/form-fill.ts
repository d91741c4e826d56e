/** Fills the fields of a form by meaning: finds them by their names. Needs no language model. */
import { countText } from '../base/texts';
import type { Page } from 'playwright-core';
import { OPERATION_MS } from '../contract/action-limits';
import type { ActionOf, FormFields } from '../contract/actions';
import { firstLine } from './errors';
import { done, type Outcome } from './outcome';
import type { PageDriver } from './page-driver';

/** Names of the field for each key: values of `autocomplete`, and parts of `name`, `id`, placeholder and label, best first. */
const HINTS: Record<keyof FormFields, { autocomplete: string[]; words: string[]; type?: string }> =
  {
    title: { autocomplete: ['honorific-prefix'], words: ['salutation', 'honorific', 'title'] },
    firstName: {
      autocomplete: ['given-name'],
      words: ['firstname', 'fname', 'givenname', 'forename'],
    },
    middleName: {
      autocomplete: ['additional-name'],
      words: ['middlename', 'mname', 'middleinitial'],
    },
    lastName: {
      autocomplete: ['family-name'],
      words: ['lastname', 'lname', 'surname', 'familyname'],
    },
    fullName: { autocomplete: ['name'], words: ['fullname', 'yourname', 'name'] },
    email: { autocomplete: ['email'], words: ['email', 'mail'], type: 'email' },
    company: {
      autocomplete: ['organization'],
      words: ['company', 'organization', 'organisation', 'employer'],
    },
    address1: {
      autocomplete: ['address-line1', 'street-address'],
      words: ['address1', 'addressline1', 'street', 'address'],
    },
    address2: {
      autocomplete: ['address-line2'],
      words: ['address2', 'addressline2', 'apartment', 'suite', 'unit'],
    },
    address3: { autocomplete: ['address-line3'], words: ['address3', 'addressline3'] },
    city: { autocomplete: ['address-level2'], words: ['city', 'town', 'locality'] },
    state: { autocomplete: ['address-level1'], words: ['state', 'province', 'region', 'county'] },
    postalCode: {
      autocomplete: ['postal-code'],
      words: ['postalcode', 'postcode', 'zipcode', 'zip'],
    },
    country: { autocomplete: ['country', 'country-name'], words: ['country'] },
    phone: {
      autocomplete: ['tel', 'tel-national'],
      words: ['phone', 'mobile', 'telephone'],
      type: 'tel',
    },
    ccName: {
      autocomplete: ['cc-name'],
      words: ['cardholder', 'nameoncard', 'ccname', 'cardname'],
    },
    ccNumber: {
      autocomplete: ['cc-number'],
      words: ['cardnumber', 'ccnumber', 'ccnum', 'creditcard'],
    },
    ccExpMonth: {
      autocomplete: ['cc-exp-month'],
      words: ['expmonth', 'expirymonth', 'expirationmonth', 'ccmonth'],
    },
    ccExpYear: {
      autocomplete: ['cc-exp-year'],
      words: ['expyear', 'expiryyear', 'expirationyear', 'ccyear'],
    },
    ccExp: { autocomplete: ['cc-exp'], words: ['ccexp', 'expiry', 'expiration', 'expdate'] },
    ccCvv: { autocomplete: ['cc-csc'], words: ['cvv', 'cvc', 'csc', 'securitycode'] },
    username: { autocomplete: ['username'], words: ['username', 'userid', 'login', 'user'] },
    currentPassword: {
      autocomplete: ['current-password'],
      words: ['currentpassword', 'oldpassword', 'password'],
      type: 'password',
    },
    newPassword: {
      autocomplete: ['new-password'],
      words: ['newpassword', 'createpassword', 'password'],
      type: 'password',
    },
    totp: {
      autocomplete: ['one-time-code'],
      words: ['totp', 'otp', 'onetimecode', 'verificationcode', '2fa', 'mfa'],
    },
  };

/** All elements that may be form fields. */
const FIELDS =
  'input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=checkbox]):not([type=radio]):not([type=file]), select, textarea';

/** Fills each value into its field. */
export async function formFill(
  driver: PageDriver,
  { value }: ActionOf<'form_fill'>,
): Promise<Outcome> {
  const page = await driver.page();
  const wanted = (Object.entries(value) as [keyof FormFields, string | undefined][]).filter(
    (entry): entry is [keyof FormFields, string] => entry[1] !== undefined,
  );
  const places = await findFields(
    page,
    wanted.map(([key]) => key),
  );
  const problems: string[] = [];
  for (const [index, [key, text]] of wanted.entries()) {
    const place = places[index] ?? -1;
    const problem = place < 0 ? 'no field looks like it' : await fillField(page, place, text);
    if (problem !== undefined) problems.push(`${key} (${problem})`);
  }
  if (problems.length > 0)
    return {
      success: false,
      message: `Filled ${wanted.length - problems.length} of ${countText(wanted.length, 'field')}; not: ${problems.join(', ')}.`,
    }; // no exception: callers may pass more values than the form has fields
  return done(`Filled ${countText(wanted.length, 'field')}.`);
}

/** Returns the index of the field for each key; -1 for none. Each field is used once. */
function findFields(page: Page, keys: readonly (keyof FormFields)[]): Promise<number[]> {
  return page.locator(FIELDS).evaluateAll(
    (elements, hints) => {
      const plain = (text: string | null | undefined): string =>
        (text ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');
      const fields = elements.map((element) => {
        const field = element as HTMLInputElement;
        const labels = Array.from(field.labels ?? []).map((label) => label.textContent);
        const names = [
          field.name,
          field.id,
          field.placeholder as string | undefined,
          field.getAttribute('aria-label'),
          ...labels,
        ]
          .map(plain)
          .filter(Boolean);
        return {
          names,
          type: field.type,
          autocomplete:
            (field.getAttribute('autocomplete') ?? '').toLowerCase().split(/\s+/).at(-1) ?? '',
          usable: !field.disabled && field.getClientRects().length > 0,
        };
      });
      const taken = new Set<number>();
      return hints.map(({ autocomplete, words, type }) => {
        const tests: ((field: (typeof fields)[number]) => boolean)[] = [
          ...autocomplete.map(
            (name) => (field: (typeof fields)[number]) => field.autocomplete === name,
          ),
          ...words.map((word) => (field: (typeof fields)[number]) => field.names.includes(word)),
          ...(type === undefined ? [] : [(field: (typeof fields)[number]) => field.type === type]),
          ...words.map(
            (word) => (field: (typeof fields)[number]) =>
              field.names.some((name) => name.includes(word)),
          ),
        ];
        for (const test of tests) {
          const found = fields.findIndex(
            (field, index) => field.usable && !taken.has(index) && test(field),
          );
          if (found >= 0) taken.add(found);
          if (found >= 0) return found;
        }
        return -1;
      });
    },
    keys.map((key) => HINTS[key]),
  );
}

/** Returns why it could not be filled, or undefined. */
async function fillField(page: Page, place: number, text: string): Promise<string | undefined> {
  const field = page.locator(FIELDS).nth(place);
  try {
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT')
      await field.selectOption(text, { timeout: OPERATION_MS });
    else await field.fill(text, { timeout: OPERATION_MS });
    return undefined;
  } catch (error) {
    return firstLine(error);
  }
}
