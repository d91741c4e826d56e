import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { decodeAction, encodeAction, type Action } from '../../../src/contract/actions';
import { longestActionMs } from '../../../src/contract/action-limits';
import { InvalidRequestError, OptionsError } from '../../../src/contract/errors';
import { executionResultSchema, type ExecutionResult } from '../../../src/contract/execution';
import { encodeExecutionResult } from './wire';

const issuesOf = (body: unknown): string => {
  try {
    decodeAction(body);
    return '';
  } catch (error) {
    if (!(error instanceof InvalidRequestError)) throw error;
    return error.issues.map(({ path, message }) => `${path}: ${message}`).join('\n');
  }
};

const wrong = (action: unknown): string => {
  try {
    encodeAction(action as Action);
    return '';
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    return `${error.path} | ${error.message}`;
  }
};

/** One of each type, with every field. */
const ALL: Action[] = [
  { type: 'goto', url: 'https://a.test' },
  { type: 'goto_new_tab', url: 'https://a.test' },
  { type: 'close_tab' },
  { type: 'switch_tab', tabIndex: -1 },
  { type: 'go_back' },
  { type: 'go_forward' },
  { type: 'reload' },
  { type: 'wait', time: 30_000 },
  { type: 'press_key', key: 'Enter' },
  { type: 'scroll_up' },
  { type: 'scroll_down', amount: 10 },
  { type: 'captcha_solve', captchaType: 'arkose labs' },
  { type: 'help', reason: 'stuck' },
  { type: 'completion', success: true, answer: 'yes' },
  {
    type: 'scrape',
    instructions: 'i',
    onlyMainContent: false,
    selector: 'main',
    onlyImages: true,
    scrapeLinks: false,
    scrapeImages: true,
    ignoredTags: ['nav'],
    responseFormat: { type: 'object', some_key: 1 },
  },
  { type: 'evaluate_js', code: '1' },
  { type: 'email_read', limit: 1, timedelta: 'PT1H', onlyUnread: false },
  { type: 'sms_read', limit: 1, timedelta: 'PT1H', onlyUnread: false },
  {
    type: 'form_fill',
    value: { firstName: 'a', address1: 'b', ccExpMonth: '1', currentPassword: 'p' },
  },
];
const ON_ELEMENTS: Action[] = [
  { type: 'click', id: 'B1', pressEnter: true, timeout: 100 },
  { type: 'fill', id: 'I1', value: 'x', clearBeforeFill: false, timeout: 100 },
  { type: 'multi_factor_fill', id: 'I1', value: 'x', clearBeforeFill: true, timeout: 100 },
  { type: 'fallback_fill', id: 'I1', value: 'x', clearBeforeFill: true, timeout: 100 },
  { type: 'check', id: 'I1', value: false, timeout: 100 },
  { type: 'select_dropdown_option', id: 'I1', value: 'x', timeout: 100 },
  { type: 'upload_file', id: 'I1', filePath: 'a.txt', timeout: 100 },
  { type: 'download_file', id: 'I0', timeout: 100 },
];

describe('actions', () => {
  it.each([...ALL, ...ON_ELEMENTS].map((action) => [action.type, action] as const))(
    '%s goes over the wire and comes back the same',
    (_, action) => {
      expect(decodeAction(JSON.parse(JSON.stringify(encodeAction(action))))).toEqual(
        action.type === 'scroll_up' ? { type: 'scroll_up' } : action,
      );
    },
  );

  it('is written with the names of the wire', () => {
    expect(
      encodeAction({
        type: 'fill',
        selector: { cssSelector: '#a', iframeParentCssSelectors: ['#f'] },
        value: 'x',
        clearBeforeFill: true,
      }),
    ).toEqual({
      type: 'fill',
      selector: { css_selector: '#a', iframe_parent_css_selectors: ['#f'] },
      value: 'x',
      clear_before_fill: true,
    });
    expect(encodeAction({ type: 'form_fill', value: { ccExp: '1/30', address2: 'b' } })).toEqual({
      type: 'form_fill',
      value: { cc_exp: '1/30', address2: 'b' },
    });
  });

  it('reads what the Python client sends', () => {
    const sent = {
      type: 'click',
      category: 'Interaction',
      description: 'Click',
      id: 'B1[:]',
      selector: null,
      timeout: 0,
      press_enter: null,
      text_label: null,
      param: null,
    };
    expect(decodeAction(sent)).toEqual({ type: 'click', id: 'B1', timeout: 15_000 });
  });

  it('reads what the command line client sends', () => {
    expect(
      decodeAction({ type: 'fill', id: '', selector: '#a', value: 'x', clear: false }),
    ).toMatchObject({ selector: { playwrightSelector: '#a' }, clearBeforeFill: false });
  });

  it.each([
    ['xpath=//a', { xpathSelector: '//a' }],
    ['css=#a > b', { cssSelector: '#a > b' }],
    ['internal:role=button', { playwrightSelector: 'internal:role=button' }],
    ['~ Sign "in"', { playwrightSelector: 'internal:text="Sign \\"in\\""' }],
    ['text=Hello', { playwrightSelector: 'text=Hello' }],
    [
      { css_selector: 'a', python_selector: 'p' },
      { cssSelector: 'a', pythonSelector: 'p', inIframe: false },
    ],
  ])('reads the selector %j', (selector, expected) => {
    expect(decodeAction({ type: 'click', selector })).toMatchObject({
      selector: {
        cssSelector: '',
        xpathSelector: '',
        inIframe: false,
        inShadowRoot: false,
        iframeParentCssSelectors: [],
        ...expected,
      },
    });
  });

  it('reads the older names of fields', () => {
    expect(decodeAction({ type: 'goto', value: 'a.test' })).toEqual({
      type: 'goto',
      url: 'a.test',
    });
    expect(decodeAction({ type: 'wait', value: '500' })).toEqual({ type: 'wait', time: 500 });
    expect(decodeAction({ type: 'switch_tab', value: 1 })).toEqual({
      type: 'switch_tab',
      tabIndex: 1,
    });
    expect(decodeAction({ type: 'scroll_down', value: null })).toEqual({ type: 'scroll_down' });
    expect(decodeAction({ type: 'form_fill', value: { password: 'p' } })).toEqual({
      type: 'form_fill',
      value: { currentPassword: 'p' },
    });
    expect(decodeAction({ type: 'completion', success: 'True', answer: { a: 1 } })).toEqual({
      type: 'completion',
      success: true,
      answer: '{"a":1}',
    });
  });

  it('fills in defaults', () => {
    expect(decodeAction({ type: 'scrape' })).toEqual({
      type: 'scrape',
      onlyMainContent: true,
      onlyImages: false,
      scrapeLinks: true,
      scrapeImages: false,
      ignoredTags: [],
    });
    expect(decodeAction({ type: 'email_read' })).toEqual({
      type: 'email_read',
      limit: 10,
      timedelta: 'PT5M',
      onlyUnread: true,
    });
    expect(decodeAction({ type: 'fill', selector: 'a', value: '' })).toMatchObject({
      timeout: 15_000,
      clearBeforeFill: true,
    });
  });

  it.each([
    [null, ': Invalid input: expected object'],
    [[], ': Invalid input: expected object'],
    [{}, 'type: is required'],
    [{ type: 5 }, 'type: unknown action'],
    [{ type: 'toString' }, 'type: unknown action'],
    [{ type: 'clik', selector: 'a' }, 'type: unknown action; did you mean "click"?'],
    [{ type: 'goto' }, 'url: Invalid input: expected string'],
    [{ type: 'goto', url: ' ' }, 'url: Too small'],
    [{ type: 'goto', url: 'a', value: 'b' }, 'value: unknown field'],
    [{ type: 'click' }, 'selector: give a selector, or the id'],
    [{ type: 'click', id: '', selector: '' }, 'selector: give a selector, or the id'],
    [{ type: 'click', selector: { in_iframe: true } }, 'selector: give a css_selector'],
    [{ type: 'click', selector: { css: 'a' } }, 'selector.css: unknown field'],
    [{ type: 'click', selector: 5 }, 'selector: Invalid input'],
    [{ type: 'click', id: 5 }, 'id: Invalid input: expected string'],
    [
      { type: 'click', selector: 'a', timeout: -1 },
      'timeout: Too small: expected number to be >=0, got -1',
    ],
    [{ type: 'click', selector: 'a', timeout: 1e9 }, 'timeout: Too big'],
    [
      { type: 'click', selector: 'a', pres_enter: true },
      'pres_enter: unknown field; did you mean "press_enter"?',
    ],
    [{ type: 'fill', selector: 'a' }, 'value: Invalid input: expected string'],
    [{ type: 'fill', selector: 'a', value: 5 }, 'value: Invalid input: expected string'],
    [{ type: 'check', selector: 'a', value: 'maybe' }, 'value: Invalid input: expected boolean'],
    [{ type: 'wait', time_ms: 30_001 }, 'time_ms: Too big'],
    [{ type: 'wait', time_ms: 1.5 }, 'time_ms: Invalid input: expected int'],
    [{ type: 'form_fill', value: {} }, 'value: give at least one of'],
    [{ type: 'form_fill', value: { firstname: 'a' } }, 'value.firstname: unknown field'],
    [
      { type: 'form_fill', value: { password: 'a', current_password: 'b' } },
      'value.password: unknown field',
    ],
    [{ type: 'captcha_solve', captcha_type: 'sudoku' }, 'captcha_type: Invalid option'],
    [
      { type: 'email_read', timedelta: '5 minutes' },
      'timedelta: Invalid input: expected a duration',
    ],
  ])('refuses %j', (body, message) => {
    expect(issuesOf(body)).toContain(message);
  });

  it('takes or refuses anything, and never fails otherwise', { timeout: 15_000 }, () => {
    const types = fc.constantFrom(...[...ALL, ...ON_ELEMENTS].map(({ type }) => type));
    const fields = fc.constantFrom(
      'id',
      'selector',
      'value',
      'timeout',
      'url',
      'code',
      'time_ms',
      'key',
      'amount',
      'success',
      'answer',
      'clear',
      'press_enter',
      'tab_index',
      'file_path',
      '__proto__',
      'constructor',
    );
    const values = fc.oneof(
      fc.anything({ withNullPrototype: true }),
      fc.json(),
      fc.constantFrom('a', 1, true, null, -1, { css_selector: 'a' }),
    );
    const body = fc.oneof(
      fc.jsonValue(),
      fc.tuple(types, fc.dictionary(fields, values)).map(([type, rest]) => ({ ...rest, type })),
    );
    fc.assert(
      fc.property(body, (sent) => {
        try {
          const action = decodeAction(sent);
          expect(decodeAction(JSON.parse(JSON.stringify(encodeAction(action))))).toEqual(action);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRequestError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('names fields to a caller as the caller wrote them', () => {
    expect(wrong({ type: 'wait', time: -1 })).toContain(
      'time | Cannot execute this action: time: Too small',
    );
    expect(wrong({ type: 'fill', selector: 'a', value: 'x', clearBeforFill: true })).toContain(
      'did you mean "clearBeforeFill"?',
    );
  });

  it('may take its own time, and that of a navigation', () => {
    expect(longestActionMs({ type: 'wait', time: 5 })).toBe(20_005);
    expect(longestActionMs({ type: 'click', selector: 'a', timeout: 1000 })).toBe(21_000);
    expect(longestActionMs({ type: 'click', selector: 'a', timeout: 0 })).toBe(
      longestActionMs({ type: 'click', selector: 'a' }),
    );
    expect(longestActionMs({ type: 'form_fill', value: { email: 'a', city: 'b' } })).toBe(36_000);
  });

  it('is a compile error when it is wrong', () => {
    expectTypeOf<{ type: 'goto'; url: string }>().toExtend<Action>();
    expectTypeOf<{ type: 'click'; selector: string }>().toExtend<Action>();
    expectTypeOf<{ type: 'click'; id: string }>().toExtend<Action>();
    expectTypeOf<{ type: 'click' }>().not.toExtend<Action>();
    expectTypeOf<{ type: 'goto' }>().not.toExtend<Action>();
    expectTypeOf<{ type: 'fill'; selector: string }>().not.toExtend<Action>();
    expectTypeOf<{ type: 'check'; id: string; value: string }>().not.toExtend<Action>();
    expectTypeOf<{ type: 'clik'; selector: string }>().not.toExtend<Action>();
  });
});

describe('results', () => {
  const result: ExecutionResult = {
    action: { type: 'click', id: 'B1', timeout: 100 },
    success: true,
    message: 'done',
    data: {
      markdown: 'm',
      images: [{ url: 'u', category: 'icon', description: null }],
      structured: { success: false, error: 'e', data: null },
    },
    exception: null,
    startedAt: new Date('2026-01-02T03:04:05.678Z'),
    endedAt: new Date('2026-01-02T03:04:06Z'),
  };

  it('go over the wire and come back the same', () => {
    const wire = encodeExecutionResult(result);
    expect(wire).toMatchObject({
      action: { type: 'click', id: 'B1' },
      started_at: '2026-01-02T03:04:05.678Z',
      exception: null,
    });
    expect(executionResultSchema.parse(JSON.parse(JSON.stringify(wire)))).toEqual(result);
  });

  it('are read from other servers: unknown fields, missing ones, unknown actions', () => {
    const wire = {
      action: { type: 'dance', some_field: 1 },
      success: false,
      message: 'no',
      started_at: '2026-01-02T03:04:05',
      ended_at: '2026-01-02T03:04:06.000001Z',
      more: 1,
    };
    expect(executionResultSchema.parse(wire)).toMatchObject({
      action: { type: 'dance', someField: 1 },
      data: null,
      exception: null,
      startedAt: new Date('2026-01-02T03:04:05Z'),
    });
  });
});
