/** Code made of a session's steps: what it says, and that any step makes code that can be parsed. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { SessionStep } from '../../../src/contract/session';
import { workflowCode } from '../../../src/server/workflow/workflow-code';

/** A step as the server adds it. */
function done(action: Record<string, unknown>, success = true): SessionStep {
  return {
    type: 'execution_result',
    value: { action, success, message: 'done', data: null, exception: null },
  };
}

function observed(description: string, actions: object[] = []): SessionStep {
  return {
    type: 'observation',
    value: {
      metadata: { url: 'https://shop.example' },
      space: { description, interaction_actions: actions },
    },
  };
}

const SESSION = [
  done({
    type: 'goto',
    category: 'Browser Actions',
    description: 'Goto to a URL',
    url: 'shop.example',
  }),
  observed(
    '# Shop\nI1[:]<input type="search" placeholder="Find a book">\nB1[:]<button>Search</button>\n_[:]Hello',
    [
      {
        type: 'click',
        id: 'B1',
        selector: { css_selector: '', playwright_selector: 'internal:role=button[name="Search"s]' },
      },
      { type: 'fill', id: 'I1', selector: null },
    ],
  ),
  done({
    type: 'fill',
    id: 'I1',
    selector: null,
    value: "it's",
    clear_before_fill: true,
    press_enter: true,
  }),
  done({ type: 'click', id: 'B1', timeout: 15000 }),
  done({ type: 'click', id: 'B9' }, false),
  { type: 'screenshot', value: null },
  done({
    type: 'click',
    id: '',
    selector: {
      css_selector: '#buy',
      xpath_selector: '',
      in_iframe: true,
      in_shadow_root: false,
      iframe_parent_css_selectors: ['#shop'],
      playwright_selector: null,
    },
  }),
] satisfies SessionStep[];

describe('of a session', () => {
  const statements = workflowCode(SESSION, { asWorkflow: false });

  it('the wire actions are those that succeeded, with what they need', () => {
    expect(statements.jsonActions).toEqual([
      { type: 'goto', url: 'shop.example' },
      { type: 'fill', id: 'I1', value: "it's", clear_before_fill: true, press_enter: true },
      {
        type: 'click',
        id: 'B1',
        timeout: 15000,
        selector: { css_selector: '', playwright_selector: 'internal:role=button[name="Search"s]' },
      },
      {
        type: 'click',
        selector: {
          css_selector: '#buy',
          xpath_selector: '',
          in_iframe: true,
          in_shadow_root: false,
          iframe_parent_css_selectors: ['#shop'],
        },
      },
    ]);
  });

  it('the Python script executes them, and observes before an id is used that has no selector', () => {
    expect(statements.pythonScript).toBe(`from notte_sdk import NotteClient

client = NotteClient()

with client.Session() as session:
    session.execute(type="goto", url="shop.example")
    session.observe()
    session.execute(type="fill", id="I1", value="it's", clear_before_fill=True, press_enter=True)
    session.execute(type="click", id="B1", timeout=15000, selector={"css_selector": "", "playwright_selector": "internal:role=button[name=\\"Search\\"s]"})
    session.execute(type="click", selector={"css_selector": "#buy", "xpath_selector": "", "in_iframe": True, "in_shadow_root": False, "iframe_parent_css_selectors": ["#shop"]})
`);
  });

  it('as a workflow, the script is a function', () => {
    expect(workflowCode([], { asWorkflow: true }).pythonScript).toBe(
      'from notte_sdk import NotteClient\n\nclient = NotteClient()\n\n\ndef run():\n    with client.Session() as session:\n        pass\n',
    );
  });
});

/** Texts that break out of strings, comments and lines, where anything can. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    "'",
    '"',
    '\\',
    "\\'",
    '`${x}`',
    '\n',
    '\r',
    '\u2028',
    '\u2029',
    '*/',
    '//',
    '"""',
    '\0',
    '\ud800',
    '</script>',
    '${',
    '\\u',
    '#{',
    "');process.exit();//",
  ),
  fc
    .array(fc.constantFrom("'", '"', '\\', '\n', '\u2028', 'n', '\r', '`'), { maxLength: 6 })
    .map((parts) => parts.join('')),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    nasty,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(nasty, tie('value'), { maxKeys: 3 }),
  ),
})).value;
const types = [
  'goto',
  'goto_new_tab',
  'switch_tab',
  'wait',
  'press_key',
  'scroll_up',
  'scroll_down',
  'evaluate_js',
  'scrape',
  'completion',
  'help',
  'form_fill',
  'click',
  'fill',
  'multi_factor_fill',
  'fallback_fill',
  'check',
  'select_dropdown_option',
  'upload_file',
  'download_file',
];
const selector = fc.oneof(
  nasty,
  fc.record(
    {
      css_selector: nasty,
      xpath_selector: nasty,
      iframe_parent_css_selectors: fc.array(nasty, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
  fc.record({ playwright_selector: nasty }),
  json,
);
const action = fc.record(
  {
    type: fc.oneof(fc.constantFrom(...types), nasty),
    url: json,
    value: json,
    code: json,
    key: json,
    amount: json,
    time_ms: json,
    tab_index: json,
    answer: json,
    file_path: json,
    id: fc.oneof(fc.constant('B1'), json),
    selector,
    press_enter: fc.boolean(),
    if: json,
  },
  { requiredKeys: ['type'] },
);
const observation = fc
  .tuple(nasty, nasty)
  .map(([text, placeholder]) =>
    observed(`B1[:]<button placeholder="${placeholder}">${text}</button>\n${text}`, [
      { id: 'B1', selector: text },
    ]),
  );
const steps = fc.array(
  fc.oneof(
    action.map((it) => done(it)),
    observation,
    fc.record({
      type: fc.constantFrom('execution_result', 'observation', 'screenshot'),
      value: json,
    }),
  ),
  { maxLength: 8 },
);

describe('whatever was done', () => {
  test.skipIf(!hasPython())('the script is Python, if python3 is there to tell', () => {
    const scripts = fc
      .sample(steps, 150)
      .flatMap((given) =>
        [false, true].map((asWorkflow) => workflowCode(given, { asWorkflow }).pythonScript),
      );
    const check =
      'import ast, json, sys\nfor script in json.load(sys.stdin):\n    body = ast.parse(script).body\n    assert len(body) == 3, script';
    execFileSync('python3', ['-c', check], { input: JSON.stringify(scripts) });
  });
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import ast'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
