/** Each action, field by field: what it needs, what is filled in, and what is refused, to the very bound. */
import { describe, expect, it } from 'vitest';
import { decodeAction, encodeAction, type Action } from '../../../src/contract/actions';
import { longestActionMs } from '../../../src/contract/action-limits';
import { InvalidRequestError, OptionsError } from '../../../src/contract/errors';
import { thrownBy } from '../thrown-by';

/** An action that is complete, and fields with which it is refused, at that field. */
const ON_PAGE: [
  complete: { type: string } & Record<string, unknown>,
  wrong: [string, unknown[]][],
][] = [
  [{ type: 'goto', url: 'a' }, [['url', ['', ' ', 5, undefined, null]]]],
  [{ type: 'goto_new_tab', url: 'a' }, [['url', ['', 5, undefined]]]],
  [{ type: 'close_tab' }, []],
  [{ type: 'switch_tab', tab_index: 0 }, [['tab_index', [1.5, 'x', undefined]]]],
  [{ type: 'go_back' }, []],
  [{ type: 'go_forward' }, []],
  [{ type: 'reload' }, []],
  [{ type: 'wait', time_ms: 30_000 }, [['time_ms', [-1, 30_001, 1.5, 'x', undefined]]]],
  [{ type: 'wait', time_ms: 0 }, []],
  [{ type: 'press_key', key: 'a' }, [['key', ['', 5, undefined]]]],
  [{ type: 'scroll_up', amount: 5 }, [['amount', [1.5, 'x']]]],
  [{ type: 'scroll_down', amount: -5 }, [['amount', [1.5, 'x']]]],
  [{ type: 'captcha_solve' }, [['captcha_type', ['sudoku', 5]]]],
  [{ type: 'help', reason: '' }, [['reason', [5, undefined]]]],
  [
    { type: 'completion', success: false, answer: '' },
    [
      ['success', ['maybe', undefined]],
      ['answer', [5, undefined]],
    ],
  ],
  [{ type: 'evaluate_js', code: '1' }, [['code', ['', 5, undefined]]]],
  [
    { type: 'email_read', limit: 1, timedelta: null, only_unread: false },
    [
      ['limit', [0, 1.5, 'x']],
      ['timedelta', ['soon', 5]],
      ['only_unread', ['maybe']],
    ],
  ],
  [
    { type: 'sms_read', limit: 100, timedelta: 'PT1H', only_unread: true },
    [
      ['limit', [0]],
      ['timedelta', ['']],
      ['only_unread', [2]],
    ],
  ],
  [{ type: 'form_fill', value: { email: 'a' } }, [['value', [{}, 'a', undefined, null]]]],
];

const ON_ELEMENT: typeof ON_PAGE = [
  [{ type: 'click' }, []],
  [{ type: 'download_file' }, []],
  ...['fill', 'multi_factor_fill', 'fallback_fill'].map((type): (typeof ON_PAGE)[number] => [
    { type, value: '', clear_before_fill: false },
    [
      ['value', [5, undefined]],
      ['clear_before_fill', ['maybe']],
    ],
  ]),
  [{ type: 'check', value: false }, [['value', ['maybe', undefined]]]],
  [{ type: 'select_dropdown_option', value: '' }, [['value', [5, undefined]]]],
  [{ type: 'upload_file', file_path: 'a' }, [['file_path', ['', 5, undefined]]]],
];

describe.each(ON_PAGE)('%j', (complete, wrong) => {
  it('is taken, with what other clients add', () => {
    const sent = { ...complete, category: 'x', description: null };
    expect(encodeAction(decodeAction(sent))).toMatchObject(withoutNull(complete));
    expect(decodeAction(sent)).not.toHaveProperty('category');
  });

  it('is refused with anything else', () => {
    expect(pathsOf({ ...complete, zzz: 1 })).toEqual(['zzz']);
    expect(pathsOf({ ...complete, category: 5 })).toEqual(['category']);
    expect(pathsOf({ ...complete, description: 5 })).toEqual(['description']);
    for (const [field, values] of wrong)
      for (const value of values)
        expect(pathsOf({ ...complete, [field]: value }), JSON.stringify(value)).toEqual([field]);
  });
});

describe.each(ON_ELEMENT)('%j on an element', (complete, wrong) => {
  it('is taken with an id or a selector, and with what other clients add', () => {
    const added = { category: 'x', description: 'y', text_label: 'z', param: { a: 1 } };
    for (const target of [{ id: 'B1' }, { selector: '#a' }, { id: '', selector: '#a' }]) {
      const action = decodeAction({ ...complete, ...target, ...added });
      expect(action).toMatchObject({ type: complete.type, timeout: 15_000 });
      for (const field of ['category', 'description', 'textLabel', 'param'])
        expect(action).not.toHaveProperty(field);
    }
    for (const timeout of [1, 86_400_000, '500'])
      expect(decodeAction({ ...complete, id: 'B1', timeout })).toMatchObject({
        timeout: Number(timeout),
      });
    for (const none of [0, null, undefined])
      expect(decodeAction({ ...complete, id: 'B1', timeout: none })).toMatchObject({
        timeout: 15_000,
      });
    expect(decodeAction({ ...complete, id: 'B1', press_enter: 'yes' })).toMatchObject({
      pressEnter: true,
    });
  });

  it('is refused with anything else', () => {
    const action = { ...complete, id: 'B1' };
    for (const target of [{}, { id: '' }, { id: null }, { selector: null }, { selector: ' ' }])
      expect(issuesOf({ ...complete, ...target })).toEqual([
        {
          path: 'selector',
          message: 'give a selector, or the id of an element in the last observation',
        },
      ]);
    for (const [field, values] of [
      ...wrong,
      ['timeout', [-1, 86_400_001, 1.5, 'x']],
      ['press_enter', ['maybe']],
      ['id', [5]],
      ['text_label', [5]],
      ['zzz', [1]],
    ] as [string, unknown[]][])
      for (const value of values)
        expect(pathsOf({ ...action, [field]: value }), field).toEqual([field]);
  });
});

describe('a selector', () => {
  const none = {
    cssSelector: '',
    xpathSelector: '',
    inIframe: false,
    inShadowRoot: false,
    iframeParentCssSelectors: [],
  };
  const read = (selector: unknown) =>
    (decodeAction({ type: 'click', selector }) as { selector: unknown }).selector;

  it('has every field', () => {
    const nulls = {
      xpath_selector: null,
      in_iframe: null,
      in_shadow_root: null,
      iframe_parent_css_selectors: null,
      notte_selector: null,
    };
    expect(read({ css_selector: 'a', ...nulls })).toEqual({
      ...none,
      cssSelector: 'a',
      notteSelector: null,
    });
    expect(
      read({
        css_selector: null,
        xpath_selector: '//a',
        in_iframe: true,
        in_shadow_root: 'yes',
        iframe_parent_css_selectors: ['#f'],
        notte_selector: 'B1',
        python_selector: 'p',
      }),
    ).toEqual({
      cssSelector: '',
      xpathSelector: '//a',
      inIframe: true,
      inShadowRoot: true,
      iframeParentCssSelectors: ['#f'],
      notteSelector: 'B1',
      pythonSelector: 'p',
    });
    expect(read({ playwright_selector: 'text=a' })).toEqual({
      ...none,
      playwrightSelector: 'text=a',
    });
  });

  it.each([
    [' xpath=//a ', { xpathSelector: '//a' }],
    [' css=#a ', { cssSelector: '#a' }],
    ['~ a b ', { playwrightSelector: 'internal:text="a b"' }],
    ['~   a b', { playwrightSelector: 'internal:text="a b"' }],
    ['~a', { playwrightSelector: '~a' }],
    [' text=a ', { playwrightSelector: ' text=a ' }],
    ['a css=b', { playwrightSelector: 'a css=b' }],
    ['a xpath=b', { playwrightSelector: 'a xpath=b' }],
  ])('may be the text %j', (text, found) => {
    expect(read(text)).toEqual({ ...none, ...found });
  });

  it('is refused with anything else', () => {
    for (const [field, value] of [
      ['css_selector', 5],
      ['xpath_selector', 5],
      ['in_iframe', 'maybe'],
      ['in_shadow_root', 'maybe'],
      ['iframe_parent_css_selectors', 'a'],
      ['iframe_parent_css_selectors', [5]],
      ['notte_selector', 5],
      ['playwright_selector', 5],
      ['python_selector', 5],
    ] as const)
      expect(
        pathsOf({ type: 'click', selector: { css_selector: 'a', [field]: value } })[0],
        field,
      ).toContain(`selector.${field}`);
    for (const selector of [
      {},
      { css_selector: '' },
      { python_selector: 'p' },
      { notte_selector: 'B1' },
    ])
      expect(issuesOf({ type: 'click', selector })[0]).toEqual({
        path: 'selector',
        message: 'give a css_selector, an xpath_selector or a playwright_selector',
      });
  });
});

describe('an id', () => {
  it.each([
    ['B1[:]', 'B1'],
    ['B1[:]x', 'B1[:]x'],
    ['[:]B1', '[:]B1'],
  ])('%s is %s', (sent, id) => {
    expect(decodeAction({ type: 'click', id: sent })).toMatchObject({ id });
  });
});

describe('what is filled into a form', () => {
  const keys =
    'title first_name middle_name last_name full_name email company address1 address2 address3 city state postal_code country phone cc_name cc_number cc_exp_month cc_exp_year cc_exp cc_cvv username current_password new_password totp';

  it('may be any of these', () => {
    const value = Object.fromEntries(keys.split(' ').map((key) => [key, 'x']));
    expect(encodeAction(decodeAction({ type: 'form_fill', value }))).toEqual({
      type: 'form_fill',
      value,
    });
    for (const key of keys.split(' '))
      expect(pathsOf({ type: 'form_fill', value: { [key]: 5 } })).toEqual([`value.${key}`]);
  });

  it('is told when there is nothing', () => {
    expect(issuesOf({ type: 'form_fill', value: {} })).toEqual([
      { path: 'value', message: `give at least one of: ${keys.split(' ').join(', ')}` },
    ]);
  });
});

describe('the older name', () => {
  it.each([
    ['goto', 'url', 'a'],
    ['goto_new_tab', 'url', 'a'],
    ['switch_tab', 'tabIndex', 1],
    ['wait', 'time', 1],
    ['press_key', 'key', 'a'],
    ['scroll_up', 'amount', 1],
    ['scroll_down', 'amount', 1],
    ['captcha_solve', 'captchaType', 'recaptcha'],
    ['help', 'reason', 'a'],
    ['evaluate_js', 'code', 'a'],
  ])('of the field of %s is value', (type, field, value) => {
    expect(decodeAction({ type, value })).toEqual({ type, [field]: value });
  });

  it.each(['fill', 'multi_factor_fill', 'fallback_fill'])(
    'of clear_before_fill of %s is clear',
    (type) => {
      const action = { type, id: 'I1', value: 'x' };
      expect(decodeAction({ ...action, clear: false })).toMatchObject({ clearBeforeFill: false });
      expect(pathsOf({ ...action, clear: false, clear_before_fill: true })).toEqual(['clear']);
    },
  );

  it('is none of other actions', () => {
    expect(pathsOf({ type: 'check', id: 'I1', value: true, clear: true })).toEqual(['clear']);
    expect(pathsOf({ type: 'close_tab', value: 1 })).toEqual(['value']);
    expect(pathsOf({ type: 'form_fill', value: { email: 'a' }, clear: true })).toEqual(['clear']);
  });
});

describe('a type', () => {
  it('that is unknown is told with the nearest, or with all', () => {
    expect(issuesOf({ type: 'clik' })).toEqual([
      { path: 'type', message: 'unknown action; did you mean "click"?' },
    ]);
    expect(issuesOf({ type: 'xxxxxxxxxxxx' })[0]?.message).toMatch(
      /^unknown action; expected one of goto, goto_new_tab, .*, download_file$/,
    );
    expect(issuesOf({ type: 5 })[0]?.message).toMatch(/^unknown action; expected one of goto, /);
    expect(issuesOf({})[0]?.message).toMatch(/^is required: expected one of goto, /);
    expect(issuesOf({ type: ['goto'], url: 'a' })[0]?.message).toMatch(/^unknown action; /);
  });
});

describe('the longest time of an action', () => {
  it.each<[Action, number]>([
    [{ type: 'wait', time: 5 }, 5],
    [{ type: 'evaluate_js', code: '1' }, 45_000],
    [{ type: 'captcha_solve' }, 100_000],
    [{ type: 'scrape' }, 60_000],
    [{ type: 'form_fill', value: { email: 'a', city: 'b' } }, 16_000],
    [{ type: 'click', id: 'B1', timeout: 500 }, 500],
    [{ type: 'click', id: 'B1', timeout: 0 }, 15_000],
    [{ type: 'go_back' }, 15_000],
  ])('%j: %d ms, and twice that of a navigation', (action, ownMs) => {
    expect(longestActionMs(action)).toBe(ownMs + 20_000);
  });
});

it('an action is an object', () => {
  for (const body of ['goto', 5, undefined, null, []])
    expect(issuesOf(body)).toEqual([{ path: '', message: 'Invalid input: expected object' }]);
});

it('a caller writes values in one way, and may leave a selector out by null', () => {
  const write = (action: object) => thrownBy(() => encodeAction(action as Action));
  expect(write({ type: 'wait', time: '5' })).toMatchObject({ path: 'time' });
  expect(write({ type: 'check', id: 'B1', value: 'yes' })).toMatchObject({ path: 'value' });
  expect(write({ type: 'click', id: 'B1', selector: null })).toBeUndefined();
});

it('a refused action is told by name, to a client and to a caller', () => {
  const error = thrownBy(() => decodeAction({ type: 'goto' }));
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect(error).toMatchObject({ code: 'invalid_request', status: 422 });
  expect((error as Error).message).toContain('Invalid action: url: ');
  const refused = thrownBy(() => encodeAction({ type: 'wait', time: -1 }));
  expect(refused).toBeInstanceOf(OptionsError);
  expect(refused).toMatchObject({ path: 'time' });
  expect((refused as Error).message).toMatch(/^Cannot execute this action: time: Too small/);
});

function issuesOf(body: unknown) {
  const error = thrownBy(() => decodeAction(body));
  if (error === undefined) return [];
  if (!(error instanceof InvalidRequestError)) throw error as Error;
  return error.issues;
}

function pathsOf(body: unknown): string[] {
  return issuesOf(body).map(({ path }) => path);
}

function withoutNull(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, content]) => content !== null));
}
