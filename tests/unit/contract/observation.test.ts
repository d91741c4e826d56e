/** Observations on the wire, from our server and from others. */
import { expect, test } from 'vitest';
import { decodeAction } from '../../../src/contract/actions';
import {
  encodeObserveRequest,
  observationSchema,
  observeRequestSchema,
  type Observation,
} from '../../../src/contract/observation';
import type { encodeSpace } from '../../../src/contract/observed-space';
import { encodeObservation } from './wire';

const observation: Observation = {
  title: 'Shop',
  url: 'https://shop.test/',
  timestamp: new Date('2026-01-02T03:04:05.000Z'),
  startedAt: new Date('2026-01-02T03:04:05.000Z'),
  endedAt: new Date('2026-01-02T03:04:06.000Z'),
  viewport: {
    scrollX: 0,
    scrollY: 120,
    viewportWidth: 1280,
    viewportHeight: 720,
    totalWidth: 1280,
    totalHeight: 4000,
  },
  tabs: [{ tabId: 0, title: 'Shop', url: 'https://shop.test/' }],
  description: 'B1[:]<button>Buy</button>\nI1[:]<input type="text">Amount</input>',
  category: 'item',
  elements: [
    {
      id: 'B1',
      role: 'button',
      name: 'Buy',
      action: 'click',
      description: 'Click the button "Buy"',
      selector: 'css=#shop >> internal:control=enter-frame >> internal:role=button[name="Buy"s]',
      selectors: {
        cssSelector: '#buy',
        xpathSelector: '/html[1]/body[1]/button[1]',
        playwrightSelector:
          'css=#shop >> internal:control=enter-frame >> internal:role=button[name="Buy"s]',
        iframeParentCssSelectors: ['#shop'],
        inIframe: true,
        inShadowRoot: false,
      },
      box: { x: 1, y: 2, width: 30, height: 40 },
      expanded: true,
    },
    {
      id: 'I1',
      role: 'spinbutton',
      name: 'Amount',
      action: 'fill',
      description: 'Fill the spinbutton "Amount"',
      selector: null,
      selectors: null,
      box: null,
      value: '3',
    },
    {
      id: 'I2',
      role: 'combobox',
      name: '',
      action: 'select_dropdown_option',
      description: 'Choose',
      selector: null,
      selectors: null,
      box: null,
      options: ['a', 'b'],
    },
    {
      id: 'O1',
      role: 'option',
      name: 'Large',
      action: 'select_dropdown_option',
      description: 'Choose',
      selector: null,
      selectors: null,
      box: null,
    },
  ],
  screenshot: Buffer.from([0xff, 0xd8, 0xff]),
  lastActionId: 'B1',
};

test('an observation survives the wire', () => {
  expect(
    observationSchema.parse(JSON.parse(JSON.stringify(encodeObservation(observation)))),
  ).toEqual(observation);
});

test('the wire holds what every client needs', () => {
  const wire = encodeObservation(observation);
  expect(wire).toMatchObject({
    started_at: '2026-01-02T03:04:05.000Z',
    metadata: { viewport: { scroll_y: 120, total_height: 4000 }, tabs: [{ tab_id: 0 }] },
    screenshot: {
      raw: '/9j/',
      last_action_id: 'B1',
      bboxes: [
        {
          x: 1,
          y: 2,
          width: 30,
          height: 40,
          scroll_x: 0,
          scroll_y: 120,
          viewport_width: 1280,
          viewport_height: 720,
          notte_id: 'B1',
        },
      ],
    },
    space: {
      category: 'item',
      interaction_actions: [
        {
          type: 'click',
          id: 'B1',
          category: 'Interaction Actions',
          description: 'Click the button "Buy"',
          text_label: 'Buy',
          selector: {
            css_selector: '#buy',
            xpath_selector: '/html[1]/body[1]/button[1]',
            notte_selector: '',
            in_iframe: true,
            in_shadow_root: false,
            iframe_parent_css_selectors: ['#shop'],
            playwright_selector:
              'css=#shop >> internal:control=enter-frame >> internal:role=button[name="Buy"s]',
            python_selector: null,
          },
        },
        { type: 'fill', id: 'I1', selector: null, value: '<value>' },
        { type: 'select_dropdown_option', id: 'I2', text_label: null, value: '<value>' },
        { type: 'select_dropdown_option', id: 'O1', value: 'Large' },
      ],
    },
  });
  expect(wire.space.interaction_actions[0]).not.toHaveProperty('value');
});

test('all actions of the page and of the browser are told together, and as text', () => {
  const {
    actions,
    browser_actions: browserActions,
    interaction_actions: interactions,
    markdown,
  } = encodeObservation(observation).space as unknown as ReturnType<typeof encodeSpace>;
  expect(actions).toEqual([...interactions, ...browserActions]);
  expect(browserActions).toHaveLength(19);
  for (const action of browserActions)
    expect(() => decodeAction(action), action.type).not.toThrow();
  expect(markdown).toMatch(
    /^# Interaction Actions\n\* `click\(id=B1\)`: Click the button "Buy"\n\* `fill\(id=I1, value\)`: Fill the spinbutton "Amount"\n/,
  );
  expect(markdown).toContain('\n\n# Special Browser Actions\n* `captcha_solve(captcha_type)`: ');
});

test('an answer without what only our server tells is read all the same', () => {
  const wire = encodeObservation(observation);
  const { elements: _elements, ...space } = wire.space;
  const actions = [
    {
      type: 'click',
      id: 'B1',
      selector: {
        ...{ css_selector: '#buy', xpath_selector: '//button', in_iframe: true },
        iframe_parent_css_selectors: ['#shop'],
      },
    },
    {
      type: 'fill',
      id: 'I1',
      value: 'x',
      text_label: 'How many',
      selector: 'internal:label="Amount"',
    },
    { type: 'click', id: 'M4', selector: { css_selector: '', xpath_selector: '//div' } },
  ];
  const other = observationSchema.parse({
    ...wire,
    metadata: { ...wire.metadata, timestamp: null },
    screenshot: '/9j/',
    space: { ...space, category: 'unheard-of', interaction_actions: actions },
  });
  expect(other).toMatchObject({
    timestamp: null,
    category: null,
    lastActionId: null,
    screenshot: Buffer.from([0xff, 0xd8, 0xff]),
  });
  expect(other.elements).toEqual([
    {
      id: 'B1',
      role: 'button',
      name: 'Buy',
      action: 'click',
      description: '',
      selector: 'css=#shop >> internal:control=enter-frame >> css=#buy',
      selectors: {
        cssSelector: '#buy',
        xpathSelector: '//button',
        playwrightSelector: null,
        iframeParentCssSelectors: ['#shop'],
        inIframe: true,
        inShadowRoot: false,
      },
      box: null,
    },
    {
      id: 'I1',
      role: 'textbox',
      name: 'How many',
      action: 'fill',
      description: '',
      selector: 'internal:label="Amount"',
      selectors: { playwrightSelector: 'internal:label="Amount"' },
      box: null,
    },
    {
      id: 'M4',
      role: 'generic',
      name: '',
      action: 'click',
      description: '',
      selector: 'xpath=//div',
      selectors: {
        cssSelector: '',
        xpathSelector: '//div',
        playwrightSelector: null,
        iframeParentCssSelectors: [],
        inIframe: false,
        inShadowRoot: false,
      },
      box: null,
    },
  ]);
});

test('a request is written as other clients write it', () => {
  expect(encodeObserveRequest({})).toEqual({ perception_type: 'fast', max_nb_actions: 100 });
  expect(encodeObserveRequest({ url: 'https://a.test', minNbActions: 2 })).toEqual({
    perception_type: 'fast',
    max_nb_actions: 100,
    url: 'https://a.test',
    min_nb_actions: 2,
  });
  expect(
    observeRequestSchema.safeParse(
      encodeObserveRequest({
        url: 'https://a.test',
        instructions: 'x',
        perceptionType: 'deep',
        maxNbActions: 5,
      }),
    ).success,
  ).toBe(true);
});
