/** Code made of a session's steps: what it says, and that any step makes code that can be parsed. */
import { execFileSync } from 'node:child_process';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import ts from 'typescript';
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

function specLines(...steps: SessionStep[]): string[] {
  const { playwrightSpec } = workflowCode(steps, { asWorkflow: false });
  return (playwrightSpec ?? '')
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim())
    .slice(0, -1);
}

/** On a tab. */
function on(tab: number, step: SessionStep): SessionStep {
  return { ...step, tab };
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

  it('the spec does them with Playwright', () => {
    expect(statements.playwrightSpec).toBe(`import { test, expect } from 'sessionwright';

test('recorded session', async ({ page }) => {
  await page.goto('https://shop.example');
  // I1 was like this; where others are too, or it is in a frame, say which.
  await page.getByRole('searchbox', { name: 'Find a book' }).fill('it\\'s');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.frameLocator('#shop').locator('#buy').click();
  // Say what must be true now, such as: await expect(page).toHaveURL(...);
});
`);
  });
});

test('each action has its statements', () => {
  expect(
    specLines(
      done({ type: 'goto_new_tab', url: 'http://a' }),
      done({ type: 'switch_tab', tab_index: 0 }),
      done({ type: 'close_tab' }),
    ),
  ).toEqual([
    'page = await context.newPage();',
    "await page.goto('http://a');",
    'page = context.pages().at(0) ?? page;',
    'await page.bringToFront();',
    'await page.close();',
    'page = context.pages().at(-1) ?? (await context.newPage());',
  ]);
  expect(
    specLines(
      done({ type: 'scroll_up', amount: 200 }),
      done({ type: 'scroll_down', amount: 0 }),
      done({ type: 'scroll_down' }),
    ),
  ).toEqual([
    'await page.mouse.wheel(0, -200);',
    'await page.mouse.wheel(0, 0);',
    "await page.evaluate('scrollBy(0, 0.7 * innerHeight)');",
  ]);
  expect(
    specLines(
      done({ type: 'evaluate_js', code: 'return 1' }),
      done({ type: 'evaluate_js', code: '(() => { return 1 })()' }),
    ),
  ).toEqual([
    "await page.evaluate('(() => { return 1\\n})()');",
    "await page.evaluate('(() => { return 1 })()');",
  ]);
  expect(
    specLines(
      done({ type: 'check', selector: 'css=#a', value: false }),
      done({ type: 'select_dropdown_option', selector: '~ Size', value: 'L' }),
      done({
        type: 'upload_file',
        selector: 'internal:role=button[name="Up \\"load\\""i]',
        file_path: 'a.png',
      }),
    ),
  ).toEqual([
    "await page.locator('css=#a').setChecked(false);",
    "await page.locator('internal:text=\"Size\"i').selectOption('L');",
    "await page.getByRole('button', { name: 'Up \"load\"' }).setInputFiles('a.png');",
  ]);
  expect(
    specLines(
      done({ type: 'fallback_fill', selector: '#a', value: 'x' }),
      done({ type: 'download_file', selector: '#a' }),
    ),
  ).toEqual([
    "await page.locator('#a').click();",
    "await page.locator('#a').pressSequentially('x', { delay: 100 });",
    "await Promise.all([page.waitForEvent('download'), page.locator('#a').click()]);",
  ]);
  expect(
    specLines(
      done({ type: 'click', id: 'B7' }),
      done({ type: 'captcha_solve' }),
      done({ type: 'constructor' }),
    ),
  ).toEqual([
    '// click B7: nothing is known of this element but its id. Find it another way.',
    '// captcha_solve: Playwright has no call for it.',
    '// constructor: Playwright has no call for it.',
  ]);
});

test('a tab that an action opens is the page from then on', () => {
  const steps = [
    on(0, done({ type: 'click', selector: '#open', press_enter: true })),
    on(1, done({ type: 'click', selector: '#in' })),
    on(1, done({ type: 'close_tab' })),
    on(0, done({ type: 'click', selector: '#out' })),
  ];
  expect(specLines(...steps)).toEqual([
    "await page.locator('#open').click();",
    "[page] = await Promise.all([page.waitForEvent('popup'), page.keyboard.press('Enter')]);",
    "await page.locator('#in').click();",
    'await page.close();',
    'page = context.pages().at(-1) ?? (await context.newPage());',
    "await page.locator('#out').click();",
  ]);
});

describe('an element is found by what the latest observation said', () => {
  it('selectors where it has no name', () => {
    const before = observed('', [{ type: 'click', id: 'B1', selector: { css_selector: '#old' } }]);
    const latest = observed('', [
      {
        type: 'click',
        id: 'B1',
        selector: { playwright_selector: 'internal:role=link[name="Home"s]' },
      },
    ]);
    expect(specLines(before, latest, done({ type: 'click', id: 'B1' }))).toEqual([
      "await page.getByRole('link', { name: 'Home', exact: true }).click();",
    ]);
  });

  it('role and name as people read them, where it has no selector', () => {
    expect(
      specLines(
        observed('L1[:]<a href="/a?b=1">Fish &amp; &lt;chips&gt;</a>'),
        done({ type: 'click', id: 'L1[:]' }),
      )[1],
    ).toBe("await page.getByRole('link', { name: 'Fish & <chips>' }).click();");
    expect(
      specLines(
        observed('I1[:]<input type="checkbox">Terms</input>\nM1[:]<div role="menuitem">File</div>'),
        done({ type: 'check', id: 'I1', value: true }),
        done({ type: 'click', id: 'M1' }),
      ).filter((line) => !line.startsWith('//')),
    ).toEqual([
      "await page.getByRole('checkbox', { name: 'Terms' }).setChecked(true);",
      "await page.getByRole('menuitem', { name: 'File' }).click();",
    ]);
  });

  it('never by one that is out of date', () => {
    expect(
      specLines(
        observed('B1[:]<button>Old</button>'),
        observed('B2[:]<button>New</button>'),
        done({ type: 'click', id: 'B1' }),
      )[0],
    ).toMatch(/^\/\/ click B1/);
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
  it('the spec is TypeScript, in which nothing but the test runs', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const { playwrightSpec } = workflowCode(given, { asWorkflow: false });
        const { diagnostics } = ts.transpileModule(playwrightSpec ?? '', {
          reportDiagnostics: true,
          compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
        });
        expect((diagnostics ?? []).map(({ messageText }) => messageText)).toEqual([]);
        expect(
          ts.createSourceFile('a.ts', playwrightSpec ?? '', ts.ScriptTarget.ES2022).statements,
        ).toHaveLength(2);
      }),
      { numRuns: 200 },
    );
  });

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

  it('a string in the spec is the value that was sent', () => {
    fc.assert(
      fc.property(nasty, (value) => {
        const [line = ''] = specLines(done({ type: 'fill', selector: '#a', value }));
        const literal = line.slice("await page.locator('#a').fill(".length, -');'.length);
        expect(runInNewContext(literal)).toBe(value);
      }),
    );
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
