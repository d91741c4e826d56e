/** Actions without an element, which observations list in addition to elements: an example of each, and all as text for a language model. */

const category = 'Special Browser Actions';

/** One example of each action without an element, as in the cloud's observations. */
export const BROWSER_ACTIONS = [
  {
    type: 'form_fill' as const,
    category,
    description: 'Fill a form by what its fields mean',
    value: { email: 'hello@example.com', first_name: 'Johnny', last_name: 'Smith' },
  },
  {
    type: 'goto' as const,
    category,
    description: 'Go to a URL in the current tab',
    url: '<some_url>',
  },
  {
    type: 'goto_new_tab' as const,
    category,
    description: 'Go to a URL in a new tab',
    url: '<some_url>',
  },
  { type: 'close_tab' as const, category, description: 'Close the current tab' },
  {
    type: 'switch_tab' as const,
    category,
    description: 'Switch to a tab by its index, from 0; -1 is the last',
    tab_index: 0,
  },
  { type: 'go_back' as const, category, description: 'Go back to the previous page' },
  { type: 'go_forward' as const, category, description: 'Go forward to the next page' },
  { type: 'reload' as const, category, description: 'Load the current page again' },
  { type: 'wait' as const, category, description: 'Wait for some milliseconds', time_ms: 1000 },
  {
    type: 'press_key' as const,
    category,
    description: "Press a key, such as 'Enter' or 'Control+a'",
    key: '<some_key>',
  },
  {
    type: 'scroll_up' as const,
    category,
    description: 'Scroll up by some pixels, or by most of the visible height',
    amount: null,
  },
  {
    type: 'scroll_down' as const,
    category,
    description: 'Scroll down by some pixels, or by most of the visible height',
    amount: null,
  },
  {
    type: 'captcha_solve' as const,
    category,
    description: 'Solve a captcha; in sessions of the cloud only',
    captcha_type: 'recaptcha' as const,
  },
  { type: 'help' as const, category, description: 'Ask for help', reason: '<some_reason>' },
  {
    type: 'completion' as const,
    category,
    description: 'Tell the answer, and be done',
    success: true,
    answer: '<some_answer>',
  },
  {
    type: 'scrape' as const,
    category,
    description: 'Read the page as text',
    instructions: '<some_instructions>',
    only_main_content: true,
  },
  {
    type: 'email_read' as const,
    category,
    description: 'Read new mail; in sessions of the cloud only',
    limit: 10,
    timedelta: 'PT5M',
    only_unread: true,
  },
  {
    type: 'sms_read' as const,
    category,
    description: 'Read new text messages; in sessions of the cloud only',
    limit: 10,
    timedelta: 'PT5M',
    only_unread: true,
  },
  {
    type: 'evaluate_js' as const,
    category,
    description: 'Evaluate a script in the page; its result is told',
    code: 'document.title',
  },
];

/** Displayed fields of an action. Its other fields are parameters. */
interface ShownAction {
  type: string;
  category: string;
  description: string;
  id?: string;
}

/** Fields that identify the action and its element, and are not parameters. */
const NOT_TAKEN = new Set(['type', 'category', 'description', 'id', 'selector', 'text_label']);

/** Lists all actions by category, in the cloud's format. */
export function renderActions(actions: readonly ShownAction[]): string {
  const categories = [...new Set(actions.map((action) => action.category))];
  const listed = (name: string): string[] =>
    sorted(actions.filter((action) => action.category === name)).map(renderAction);
  return categories.map((name) => [`# ${name}`, ...listed(name)].join('\n')).join('\n\n');
}

function sorted(actions: readonly ShownAction[]): ShownAction[] {
  const key = ({ id, type }: ShownAction): string => id ?? type;
  return [...actions].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

function renderAction(action: ShownAction): string {
  const taken = Object.keys(action).filter((name) => !NOT_TAKEN.has(name));
  return `* \`${action.type}(${[...(action.id === undefined ? [] : [`id=${action.id}`]), ...taken].join(', ')})\`: ${action.description}`;
}
