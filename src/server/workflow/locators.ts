/** How Playwright finds the element of an action: by the action's selector, or by what an observation said of its id. Pure. */
import type { WireAction } from '../../contract/workflow-code';
import { quote } from './quote';
import { isRecord } from './workflow-code';

/** What an observation said of its elements, by id. */
export type KnownElements = ReadonlyMap<string, string>;

/** Roles by the first letter of an id, where the element says no more. */
const LETTER_ROLES: Record<string, string> = { L: 'link', B: 'button', I: 'textbox', O: 'option', F: 'img' };
/** Roles of inputs that are not texts. */
const INPUT_ROLES: Record<string, string> = { checkbox: 'checkbox', radio: 'radio', search: 'searchbox', number: 'spinbutton', range: 'slider', submit: 'button', button: 'button' };

/** The expression of a locator, such as `page.getByRole('button', { name: 'Save' })`; undefined when the element is not known. */
export function locatorOf(action: WireAction, known: KnownElements): string | undefined {
  return fromSelector(action['selector']) ?? (typeof action['id'] === 'string' ? known.get(action['id'].replace(/\[:\]$/, '')) : undefined);
}

/** The locators of an observation's elements: by role and name where it says them, else by selector. */
export function knownElements(observation: Record<string, unknown>): KnownElements {
  const { description, interaction_actions: actions } = isRecord(observation['space']) ? observation['space'] : {};
  const bySelector = (Array.isArray(actions) ? actions : []).filter(isRecord).map(({ id, selector }) => [id, fromSelector(selector)]);
  const byName = isText(description) ? description.split('\n').map(fromDescription) : [];
  return new Map([...bySelector, ...byName].filter((known): known is [string, string] => isText(known[0]) && isText(known[1])));
}

function fromSelector(selector: unknown): string | undefined {
  if (typeof selector === 'string') return selector === '' ? undefined : fromText(selector);
  if (!isRecord(selector)) return undefined;
  const { playwright_selector: playwright, css_selector: css, xpath_selector: xpath, iframe_parent_css_selectors: frames } = selector;
  if (isText(playwright)) return fromText(playwright);
  const text = isText(css) ? css : isText(xpath) ? `xpath=${xpath.replace(/^xpath=/, '')}` : undefined;
  if (text === undefined) return undefined;
  const frame = (Array.isArray(frames) ? frames : []).filter(isText).map((it) => `.frameLocator(${quote(it)})`);
  return `page${frame.join('')}.locator(${quote(text)})`;
}

/** A role that Playwright wrote into a selector is written as people write it. */
function fromText(selector: string): string {
  const [, role, name, isExact] = /^internal:role=([a-z]+)(?:\[name="((?:[^"\\]|\\.)*)"([is])\])?$/.exec(selector) ?? [];
  if (role !== undefined) return byRole(role, name?.replace(/\\(.)/g, '$1'), isExact === 's');
  return `page.locator(${quote(selector.startsWith('~') ? `internal:text="${selector.slice(1).trim().replace(/["\\]/g, '\\$&')}"i` : selector)})`;
}

/** A line of an observation: `B1[:]<button type="submit">Save</button>`. */
function fromDescription(line: string): [id: string | undefined, locator: string | undefined] {
  const [, id, tag = '', attributes = '', text = ''] = /^\s*([A-Z]\d+)\[:\]<([a-z0-9-]+)([^>]*)>(.*?)(?:<\/[a-z0-9-]+>)?\s*$/i.exec(line) ?? [];
  if (id === undefined) return [undefined, undefined];
  const attribute = (name: string): string => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  const role = attribute('role') || roleOfTag(tag, attribute('type')) || LETTER_ROLES[id.charAt(0)];
  const name = [attribute('aria-label'), text.trim(), attribute('placeholder'), attribute('alt')].find(isText);
  return [id, role !== undefined && name !== undefined ? byRole(role, name, false) : undefined];
}

function roleOfTag(tag: string, type: string): string | undefined {
  if (tag === 'select') return 'combobox';
  return tag === 'input' ? INPUT_ROLES[type] : undefined;
}

function byRole(role: string, name: string | undefined, isExact: boolean): string {
  const options = name === undefined ? '' : `, { name: ${quote(name)}${isExact ? ', exact: true' : ''} }`;
  return `page.getByRole(${quote(role)}${options})`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
