/** Actions of an observed page on the wire, and their elements. */
import * as z from 'zod';

import { BROWSER_ACTIONS, renderActions } from './browser-actions';
import type { NodeSelectors } from './action-types';
import type { BoundingBox, ObservedElement } from './observed-element';

/** Placeholder for the value of an action. */
const VALUE = '<value>';
/** Roles by the letter of an id, for APIs that omit the role. */
const ROLE_OF_LETTER: Record<string, string> = {
  L: 'link',
  B: 'button',
  I: 'textbox',
  F: 'img',
  O: 'option',
};

const selectors = z.looseObject({
  css_selector: z.string().nullish(),
  xpath_selector: z.string().nullish(),
  playwright_selector: z.string().nullish(),
  in_iframe: z.boolean().nullish(),
  in_shadow_root: z.boolean().nullish(),
  iframe_parent_css_selectors: z.array(z.string()).nullish(),
});
const action = z.looseObject({
  type: z.string(),
  id: z.string(),
  description: z.string().nullish(),
  text_label: z.string().nullish(),
  selector: z.union([z.string(), selectors]).nullish(),
});
const mixed = z.union([z.boolean(), z.literal('mixed')]).optional();

/** Fields of elements that only our server sends. */
const detail = z.object({
  id: z.string(),
  role: z.string(),
  name: z.string(),
  url: z.string().optional(),
  value: z.string().optional(),
  placeholder: z.string().optional(),
  checked: mixed,
  selected: z.boolean().optional(),
  expanded: z.boolean().optional(),
  pressed: mixed,
  options: z.array(z.string()).optional(),
});

/** `space` of an observation. */
export const spaceSchema = z.looseObject({
  description: z.string(),
  category: z.string().nullish(),
  interaction_actions: z.array(action),
  elements: z.array(detail).nullish(),
});

/** A rectangle on the wire. */
type WireBox = BoundingBox & { notte_id?: string | null | undefined };

/** Returns the elements of a space's actions. */
export function decodeSpace(
  space: z.output<typeof spaceSchema>,
  boxes: readonly WireBox[],
): ObservedElement[] {
  const details = new Map((space.elements ?? []).map((it) => [it.id, it]));
  const places = new Map(
    boxes.map(({ notte_id: id, x, y, width, height }) => [id, { x, y, width, height }]),
  );
  const texts = new Map(
    Array.from(space.description.matchAll(/^\s*([A-Z]\d+)\[:\](.*)$/gm), ([, id, line]) => [
      id,
      plainText(line ?? ''),
    ]),
  );
  return space.interaction_actions.map(
    ({ id, type, description, text_label: label, selector }) => ({
      ...(details.get(id) ?? {
        id,
        role: ROLE_OF_LETTER[id.charAt(0)] ?? 'generic',
        name: label ?? texts.get(id) ?? '',
      }),
      action: type,
      description: description ?? '',
      selector: typeof selector === 'string' ? selector : selectorOf(selector),
      selectors: decodeSelectors(selector),
      box: places.get(id) ?? null,
    }),
  );
}

/** Returns `space` as JSON. `elements` is our extension. Some clients read `actions`, `browser_actions` and `markdown`, others compute them. */
export function encodeSpace<Category extends string>({
  description,
  category,
  elements,
}: {
  description: string;
  category: Category | null;
  elements: readonly ObservedElement[];
}) {
  const interactions = elements.map(encodeAction);
  const actions = [...interactions, ...BROWSER_ACTIONS];
  return {
    description,
    category,
    interaction_actions: interactions,
    browser_actions: BROWSER_ACTIONS,
    actions,
    markdown: renderActions(actions),
    elements: elements.map(
      ({
        action: _action,
        description: _description,
        selector: _selector,
        selectors: _selectors,
        box: _box,
        ...rest
      }) => rest,
    ),
  };
}

/** Unknown actions become clicks, because clients refuse unknown ones. */
function encodeAction({ id, name, action: type, description, ...found }: ObservedElement) {
  const rest = {
    category: 'Interaction Actions',
    description,
    id,
    selector: encodeSelectors(found),
    text_label: name || null,
  };
  switch (type) {
    case 'fill':
      return { type: 'fill' as const, ...rest, value: VALUE };
    case 'select_dropdown_option':
      return {
        type: 'select_dropdown_option' as const,
        ...rest,
        value: id.startsWith('O') && name !== '' ? name : VALUE,
      }; // an option has no value parameter
    case 'check':
      return { type: 'check' as const, ...rest, value: true };
    case 'download_file':
      return { type: 'download_file' as const, ...rest };
    default:
      return { type: 'click' as const, ...rest };
  }
}

/** Clients require all of these fields. */
function encodeSelectors({
  selector,
  selectors: known,
}: Pick<ObservedElement, 'selector' | 'selectors'>) {
  const given: NodeSelectors | null =
    known ?? (selector === null ? null : { playwrightSelector: selector });
  return (
    given && {
      css_selector: given.cssSelector ?? '',
      xpath_selector: given.xpathSelector ?? '',
      notte_selector: given.notteSelector ?? '',
      in_iframe: given.inIframe ?? false,
      in_shadow_root: given.inShadowRoot ?? false,
      iframe_parent_css_selectors: [...(given.iframeParentCssSelectors ?? [])],
      playwright_selector: given.playwrightSelector ?? null,
      python_selector: given.pythonSelector ?? null,
    }
  );
}

function decodeSelectors(
  selector: string | z.output<typeof selectors> | null | undefined,
): NodeSelectors | null {
  if (typeof selector === 'string') return { playwrightSelector: selector };
  if (!selector || selectorOf(selector) === null) return null;
  return {
    cssSelector: selector.css_selector ?? '',
    xpathSelector: selector.xpath_selector ?? '',
    playwrightSelector: selector.playwright_selector ?? null,
    iframeParentCssSelectors: selector.iframe_parent_css_selectors ?? [],
    inIframe: selector.in_iframe ?? false,
    inShadowRoot: selector.in_shadow_root ?? false,
  };
}

function selectorOf(selector: z.output<typeof selectors> | null | undefined): string | null {
  if (selector?.playwright_selector) return selector.playwright_selector;
  const frames = selector?.iframe_parent_css_selectors ?? [];
  const inFrames = (own: string): string =>
    [...frames.flatMap((frame) => [`css=${frame}`, 'internal:control=enter-frame']), own].join(
      ' >> ',
    );
  if (selector?.css_selector) return inFrames(`css=${selector.css_selector}`);
  return selector?.xpath_selector ? inFrames(`xpath=${selector.xpath_selector}`) : null;
}

function plainText(line: string): string {
  return line
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
