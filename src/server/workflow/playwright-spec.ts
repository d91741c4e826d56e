/** A Playwright Test file in TypeScript that does the steps of a session again. Pure. */
import type { WireAction } from '../../contract/workflow-code';
import { knownElements, locatorOf, type KnownElements } from './locators';
import { comment, quote } from './quote';
import type { WorkflowStep } from './workflow-step';

/** Time between two typed characters, in milliseconds, where the contract types like a person. */
const TYPING_DELAY_MS = 100;
/** How far a page is scrolled when the action does not say, as a part of its height. */
const SCROLL_PART = 0.7;

type ActionStep = Extract<WorkflowStep, { kind: 'action' }>;

/** Statements of an action on the page. */
type PageWriter = (action: WireAction) => string[];
/** Statements of an action on an element. */
type ElementWriter = (locator: string, action: WireAction) => string[];

const PAGE_ACTIONS: Record<string, PageWriter> = {
  goto: ({ url }) => [`await page.goto(${quote(fullUrl(url))});`],
  goto_new_tab: ({ url }) => [
    'page = await context.newPage();',
    `await page.goto(${quote(fullUrl(url))});`,
  ],
  close_tab: () => [
    'await page.close();',
    'page = context.pages().at(-1) ?? (await context.newPage());',
  ],
  switch_tab: ({ tab_index: index }) => [
    `page = context.pages().at(${number(index, -1)}) ?? page;`,
    'await page.bringToFront();',
  ],
  go_back: () => ['await page.goBack();'],
  go_forward: () => ['await page.goForward();'],
  reload: () => ['await page.reload();'],
  wait: ({ time_ms: timeMs }) => [`await page.waitForTimeout(${number(timeMs, 0)});`],
  press_key: ({ key }) => [`await page.keyboard.press(${quote(text(key))});`],
  scroll_up: ({ amount }) => [scroll(amount, '-')],
  scroll_down: ({ amount }) => [scroll(amount, '')],
  evaluate_js: ({ code }) => [`await page.evaluate(${quote(expression(text(code)))});`],
  scrape: () => [
    comment(
      'The page was read here. Say what must be in it, such as: await expect(page.getByText(...)).toBeVisible();',
    ),
  ],
  completion: ({ answer }) => [comment(`Done: ${text(answer)}`)],
};

const ELEMENT_ACTIONS: Record<string, ElementWriter> = {
  click: (locator) => [`await ${locator}.click();`],
  fill: (locator, { value }) => [`await ${locator}.fill(${quote(text(value))});`],
  multi_factor_fill: typeSlowly,
  fallback_fill: typeSlowly,
  check: (locator, { value }) => [`await ${locator}.setChecked(${value !== false});`],
  select_dropdown_option: (locator, { value, id }) => [
    text(id).startsWith('O')
      ? `await ${locator}.click();`
      : `await ${locator}.selectOption(${quote(text(value))});`,
  ],
  upload_file: (locator, { file_path: path }) => [
    `await ${locator}.setInputFiles(${quote(text(path))});`,
  ],
  download_file: (locator) => [
    `await Promise.all([page.waitForEvent('download'), ${locator}.click()]);`,
  ],
};

/** Actions that say which tab is the current one then. */
const CHOOSES_TAB = new Set(['goto_new_tab', 'close_tab', 'switch_tab']);

/** The file. Actions that Playwright has no call for are comments. */
export function playwrightSpec(steps: readonly WorkflowStep[]): string {
  const lines: string[] = [];
  let known: KnownElements = new Map();
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'observation') known = knownElements(step.observation);
    else if (opensTab(step, steps.slice(index + 1)))
      lines.push(...followed(statements(step.action, known)));
    else lines.push(...statements(step.action, known));
  }
  const fixtures = lines.some((line) => !line.startsWith('//') && /\bcontext\./.test(line))
    ? '{ context, page }'
    : '{ page }';
  const body = [
    ...lines,
    comment('Say what must be true now, such as: await expect(page).toHaveURL(...);'),
  ].map((line) => `  ${line}`);
  return `import { test, expect } from 'sessionwright';\n\ntest('recorded session', async (${fixtures}) => {\n${body.join('\n')}\n});\n`;
}

/** Whether the next action began on another tab, without having been told to. */
function opensTab({ action, tab }: ActionStep, later: readonly WorkflowStep[]): boolean {
  const next = later.find((step) => step.kind === 'action');
  return (
    tab !== undefined &&
    next?.tab !== undefined &&
    next.tab !== tab &&
    !CHOOSES_TAB.has(action.type)
  );
}

/** The same, with what the last statement opens as the page from then on. */
function followed(lines: readonly string[]): string[] {
  return lines.map((line, index) =>
    index === lines.length - 1
      ? line.replace(
          /^await (.*);$/s,
          "[page] = await Promise.all([page.waitForEvent('popup'), $1]);",
        )
      : line,
  );
}

function statements(action: WireAction, known: KnownElements): string[] {
  const onPage = own(PAGE_ACTIONS, action.type);
  if (onPage) return onPage(action);
  const onElement = own(ELEMENT_ACTIONS, action.type);
  if (!onElement) return [comment(`${action.type}: Playwright has no call for it.`)];
  const found = locatorOf(action, known);
  if (!found)
    return [
      comment(
        `${action.type} ${text(action['id'])}: nothing is known of this element but its id. Find it another way.`,
      ),
    ];
  const doubt = found.isCertain
    ? []
    : [
        comment(
          `${text(action['id'])} was like this; where others are too, or it is in a frame, say which.`,
        ),
      ];
  return [
    ...doubt,
    ...onElement(found.locator, action),
    ...(action['press_enter'] === true ? [`await page.keyboard.press('Enter');`] : []),
  ];
}

/** Names such as `constructor` are no actions. */
function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function typeSlowly(locator: string, { value }: WireAction): string[] {
  return [
    `await ${locator}.click();`,
    `await ${locator}.pressSequentially(${quote(text(value))}, { delay: ${TYPING_DELAY_MS} });`,
  ];
}

function scroll(amount: unknown, sign: '-' | ''): string {
  if (amount === undefined)
    return `await page.evaluate('scrollBy(0, ${sign}${SCROLL_PART} * innerHeight)');`;
  const pixels = number(amount, 0);
  return `await page.mouse.wheel(0, ${sign === '-' ? 0 - pixels : pixels});`;
}

/** As the contract evaluates: statements that return something are put into a function. */
function expression(code: string): string {
  return /\breturn\b/.test(code) && !/^\s*(\(|function\b|async\b)/.test(code)
    ? `(() => { ${code}\n})()`
    : code;
}

/** As the contract opens it: a bare name is a site. */
function fullUrl(url: unknown): string {
  const given = text(url);
  return /^(https?|about|data|blob|file|chrome):/i.test(given) ? given : `https://${given}`;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

function number(value: unknown, missing: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : missing;
}
