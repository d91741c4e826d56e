/** How Playwright finds the element of an action: by the action's selector, or by what an observation said of its id. Pure. */
import { isRecord } from '../../base/json';
import type { WireAction } from '../../contract/workflow-code';
import { quote } from './quote';

/** How an element is found. */
export interface Found {
  /** The expression of a locator, such as `page.getByRole('button', { name: 'Save' })`. */
  locator: string;
  /** False when it is only known what the element is like: others may be like it, or it is in a frame. */
  isCertain: boolean;
}

/** What an observation said of its elements, by id. */
export type KnownElements = ReadonlyMap<string, Found>;

/** Roles by the first letter of an id, where the element says no more. */
const LETTER_ROLES: Record<string, string> = {
  L: 'link',
  B: 'button',
  I: 'textbox',
  O: 'option',
  F: 'img',
};
/** Roles of inputs that are not texts. */
const INPUT_ROLES: Record<string, string> = {
  checkbox: 'checkbox',
  radio: 'radio',
  search: 'searchbox',
  number: 'spinbutton',
  range: 'slider',
  submit: 'button',
  button: 'button',
};

/** The element of an action; undefined when nothing is known of it. */
export function locatorOf(action: WireAction, known: KnownElements): Found | undefined {
  const locator = fromSelector(action['selector']);
  if (locator !== undefined) return { locator, isCertain: true };
  return isText(action['id']) ? known.get(action['id'].replace(/\[:\]$/, '')) : undefined;
}

/** The locators of an observation's elements: by the selector that it gives to those which have one of their own, else by role and name. */
export function knownElements(observation: Record<string, unknown>): KnownElements {
  const { description, interaction_actions: actions } = isRecord(observation['space'])
    ? observation['space']
    : {};
  const bySelector = (Array.isArray(actions) ? actions : [])
    .filter(isRecord)
    .map(({ id, selector }) => ({ id, locator: fromSelector(selector), isCertain: true }));
  const byName = isText(description)
    ? description.split('\n').map((line) => ({ ...fromDescription(line), isCertain: false }))
    : [];
  return new Map(
    [...byName, ...bySelector].flatMap(({ id, locator, isCertain }) =>
      isText(id) && isText(locator) ? [[id, { locator, isCertain }]] : [],
    ),
  );
}

function fromSelector(selector: unknown): string | undefined {
  if (typeof selector === 'string') return selector === '' ? undefined : fromText(selector);
  if (!isRecord(selector)) return undefined;
  const {
    playwright_selector: playwright,
    css_selector: css,
    xpath_selector: xpath,
    iframe_parent_css_selectors: frames,
  } = selector;
  const text = pathText(css, xpath);
  const chain = (Array.isArray(frames) ? frames : []).filter(isText);
  if (isText(playwright) && (chain.length === 0 || text === undefined)) return fromText(playwright); // else the path through the frames reads better
  if (text === undefined) return undefined;
  return `page${chain.map((it) => `.frameLocator(${quote(it)})`).join('')}.locator(${quote(text)})`;
}

function pathText(css: unknown, xpath: unknown): string | undefined {
  if (isText(css)) return css;
  return isText(xpath) ? `xpath=${xpath.replace(/^xpath=/, '')}` : undefined;
}

/** A role that Playwright wrote into a selector is written as people write it. */
function fromText(selector: string): string {
  const [, role, name, isExact] =
    /^internal:role=([a-z]+)(?:\[name="((?:[^"\\]|\\.)*)"([is])\])?$/.exec(selector) ?? [];
  if (role !== undefined) return byRole(role, name?.replace(/\\(.)/g, '$1'), isExact === 's');
  return `page.locator(${quote(selector.startsWith('~') ? `internal:text="${selector.slice(1).trim().replace(/["\\]/g, '\\$&')}"i` : selector)})`;
}

/** A line of an observation: `B1[:]<button type="submit">Save</button>`. */
function fromDescription(line: string): { id?: string | undefined; locator?: string | undefined } {
  const [, id, tag = '', attributes = '', text = ''] =
    /^\s*([A-Z]\d+)\[:\]<([a-z0-9-]+)([^>]*)>(.*?)(?:<\/[a-z0-9-]+>)?\s*$/i.exec(line) ?? [];
  if (id === undefined) return {};
  const attribute = (name: string): string =>
    new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  const role = attribute('role') || roleOfTag(tag, attribute('type')) || LETTER_ROLES[id.charAt(0)];
  const name = [
    attribute('aria-label'),
    text.trim(),
    attribute('placeholder'),
    attribute('alt'),
  ].find(isText);
  return {
    id,
    locator:
      role !== undefined && name !== undefined ? byRole(role, unescaped(name), false) : undefined,
  };
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

function roleOfTag(tag: string, type: string): string | undefined {
  if (tag === 'select') return 'combobox';
  return tag === 'input' ? INPUT_ROLES[type] : undefined;
}

function byRole(role: string, name: string | undefined, isExact: boolean): string {
  const options =
    name === undefined ? '' : `, { name: ${quote(name)}${isExact ? ', exact: true' : ''} }`;
  return `page.getByRole(${quote(role)}${options})`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
