/** The elements of a page as actions on the wire, and back: from our server, and from others that tell less. */
import { describe, expect, it } from 'vitest';
import type { ObservedElement } from '../../../src/contract/observed-element';
import { decodeSpace, encodeSpace, spaceSchema } from '../../../src/contract/observed-space';

const element: ObservedElement = {
  id: 'B1',
  role: 'button',
  name: 'Buy',
  action: 'click',
  description: 'Buy it',
  selector: 'internal:role=button',
  selectors: null,
  box: { x: 1, y: 2, width: 3, height: 4 },
};

const written = (more: Partial<ObservedElement>) =>
  encodeSpace({ description: '', category: null, elements: [{ ...element, ...more }] });

/** An element that another server tells by an action, with boxes and text beside it. */
function read(action: object, { description = '', boxes = [] as object[] } = {}) {
  const space = spaceSchema.parse({
    description,
    interaction_actions: [{ type: 'click', id: 'B1', ...action }],
  });
  return decodeSpace(space, boxes as Parameters<typeof decodeSpace>[1])[0];
}

describe('an element that is written', () => {
  const common = { category: 'Interaction Actions', description: 'Buy it', text_label: 'Buy' };

  it.each([
    ['click', {}],
    ['fill', { value: '<value>' }],
    ['check', { value: true }],
    ['select_dropdown_option', { value: '<value>' }],
    ['download_file', {}],
  ])('has what %s needs', (action, needs) => {
    const [first] = written({ action }).interaction_actions;
    expect(first).toEqual({
      type: action,
      id: 'B1',
      ...common,
      ...needs,
      selector: {
        css_selector: '',
        xpath_selector: '',
        notte_selector: '',
        in_iframe: false,
        in_shadow_root: false,
        iframe_parent_css_selectors: [],
        playwright_selector: 'internal:role=button',
        python_selector: null,
      },
    });
  });

  it('is clicked when its action is not known to other clients', () => {
    expect(written({ action: 'hover' }).interaction_actions[0]?.type).toBe('click');
  });

  it('is an option: its own value, if it has a name', () => {
    const option = { action: 'select_dropdown_option', id: 'O1' };
    expect(written(option).interaction_actions[0]).toMatchObject({ value: 'Buy' });
    expect(written({ ...option, name: '' }).interaction_actions[0]).toMatchObject({
      value: '<value>',
      text_label: null,
    });
  });

  it('is told with its state, and without what its action says', () => {
    const state = { url: '/a', checked: 'mixed' as const, options: ['a'] };
    expect(written({ ...state, selector: null }).elements).toEqual([
      { id: 'B1', role: 'button', name: 'Buy', ...state },
    ]);
  });
});

describe('an element that is read', () => {
  it.each([
    ['L1', 'link'],
    ['B1', 'button'],
    ['I1', 'textbox'],
    ['F1', 'img'],
    ['O1', 'option'],
    ['X1', 'generic'],
  ])('with the id %s is a %s', (id, role) => {
    expect(read({ id })).toMatchObject({ id, role, name: '', box: null, selector: null });
  });

  it('has the name of its label, or of the text of the page', () => {
    const description = 'Shop\n  B1[:]<button  class="a">Buy <b>now</b>\n</button>\nB12[:]Other';
    expect(read({}, { description })?.name).toBe('Buy now');
    expect(read({ id: 'B12' }, { description })?.name).toBe('Other');
    expect(read({ text_label: 'Label' }, { description })?.name).toBe('Label');
    expect(read({ id: 'B2' }, { description })?.name).toBe('');
  });

  it.each([
    ['text=a', 'text=a'],
    [{ playwright_selector: 'p', css_selector: 'c', xpath_selector: 'x' }, 'p'],
    [{ playwright_selector: '', css_selector: 'c', xpath_selector: 'x' }, 'css=c'],
    [{ css_selector: '', xpath_selector: 'x' }, 'xpath=x'],
    [{ css_selector: null, xpath_selector: null, playwright_selector: null }, null],
    [{ notte_selector: 'B1' }, null],
    [null, null],
  ])('with the selector %j is found by %j', (selector, found) => {
    expect(read({ selector })?.selector).toBe(found);
  });

  it('is where its box is', () => {
    const boxes = [
      { x: 9, y: 9, width: 9, height: 9, notte_id: 'B2' },
      { x: 1, y: 2, width: 3, height: 4, notte_id: 'B1', scroll_x: 5 },
      { x: 8, y: 8, width: 8, height: 8 },
    ];
    expect(read({}, { boxes })?.box).toEqual({ x: 1, y: 2, width: 3, height: 4 });
  });

  it.each([
    [{ id: 5 }],
    [{ role: 5 }],
    [{ name: null }],
    [{ url: 5 }],
    [{ value: 5 }],
    [{ placeholder: 5 }],
    [{ checked: 'no' }],
    [{ selected: 'mixed' }],
    [{ expanded: 'mixed' }],
    [{ pressed: 'no' }],
    [{ options: [5] }],
  ])('is refused with %j', (wrong) => {
    const detail = { id: 'B1', role: 'button', name: '', checked: 'mixed', pressed: 'mixed' };
    const space = { description: '', interaction_actions: [] };
    expect(spaceSchema.safeParse({ ...space, elements: [detail] }).success).toBe(true);
    expect(spaceSchema.safeParse({ ...space, elements: [{ ...detail, ...wrong }] }).success).toBe(
      false,
    );
  });
});
