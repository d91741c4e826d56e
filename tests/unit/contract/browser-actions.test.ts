/** What an observation lists beside the elements of the page: language models read it, so the words count. */
import { expect, test } from 'vitest';
import { BROWSER_ACTIONS, renderActions } from '../../../src/contract/browser-actions';

test('every action that needs no element, with an example of what it takes', () => {
  const examples = BROWSER_ACTIONS.map(({ description, category, ...example }) => example);
  expect(examples).toEqual([
    {
      type: 'form_fill',
      value: { email: 'hello@example.com', first_name: 'Johnny', last_name: 'Smith' },
    },
    { type: 'goto', url: '<some_url>' },
    { type: 'goto_new_tab', url: '<some_url>' },
    { type: 'close_tab' },
    { type: 'switch_tab', tab_index: 0 },
    { type: 'go_back' },
    { type: 'go_forward' },
    { type: 'reload' },
    { type: 'wait', time_ms: 1000 },
    { type: 'press_key', key: '<some_key>' },
    { type: 'scroll_up', amount: null },
    { type: 'scroll_down', amount: null },
    { type: 'captcha_solve', captcha_type: 'recaptcha' },
    { type: 'help', reason: '<some_reason>' },
    { type: 'completion', success: true, answer: '<some_answer>' },
    { type: 'scrape', instructions: '<some_instructions>', only_main_content: true },
    { type: 'email_read', limit: 10, timedelta: 'PT5M', only_unread: true },
    { type: 'sms_read', limit: 10, timedelta: 'PT5M', only_unread: true },
    { type: 'evaluate_js', code: 'document.title' },
  ]);
});

test('the same as text, in the order of their names', () => {
  expect(renderActions(BROWSER_ACTIONS).split('\n')).toEqual([
    '# Special Browser Actions',
    '* `captcha_solve(captcha_type)`: Solve a captcha; in sessions of the cloud only',
    '* `close_tab()`: Close the current tab',
    '* `completion(success, answer)`: Tell the answer, and be done',
    '* `email_read(limit, timedelta, only_unread)`: Read new mail; in sessions of the cloud only',
    '* `evaluate_js(code)`: Evaluate a script in the page; its result is told',
    '* `form_fill(value)`: Fill a form by what its fields mean',
    '* `go_back()`: Go back to the previous page',
    '* `go_forward()`: Go forward to the next page',
    '* `goto(url)`: Go to a URL in the current tab',
    '* `goto_new_tab(url)`: Go to a URL in a new tab',
    '* `help(reason)`: Ask for help',
    "* `press_key(key)`: Press a key, such as 'Enter' or 'Control+a'",
    '* `reload()`: Load the current page again',
    '* `scrape(instructions, only_main_content)`: Read the page as text',
    '* `scroll_down(amount)`: Scroll down by some pixels, or by most of the visible height',
    '* `scroll_up(amount)`: Scroll up by some pixels, or by most of the visible height',
    '* `sms_read(limit, timedelta, only_unread)`: Read new text messages; in sessions of the cloud only',
    '* `switch_tab(tab_index)`: Switch to a tab by its index, from 0; -1 is the last',
    '* `wait(time_ms)`: Wait for some milliseconds',
  ]);
});

test('elements stand under their own heading, by their ids', () => {
  const action = { category: 'Of elements', selector: null, text_label: 'x' };
  expect(
    renderActions([
      { ...action, type: 'click', id: 'B2', description: 'two' },
      { type: 'wait', category: 'Others', description: 'wait', time_ms: 1 } as never,
      { ...action, type: 'fill', id: 'B1', description: 'one', value: 'v' } as never,
    ]),
  ).toBe(
    '# Of elements\n* `fill(id=B1, value)`: one\n* `click(id=B2)`: two\n\n# Others\n* `wait(time_ms)`: wait',
  );
});
