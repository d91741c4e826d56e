/** What a page says on its console, and the errors that nobody caught there, as the viewer lists them. */
import type { CdpSession } from '../../cdp/connection';
import type { CdpEvents } from '../../cdp/protocol';
import type { ViewedEvent } from '../../contract/viewer';

/** Longest text of a message that is told, in characters: what a list shows. */
const MAX_TEXT = 2_000;

/** What Playwright says to itself on the console of a page that `setContent` writes. */
const SET_CONTENT = /^--playwright--set--content--/;

/** Types of console calls that are worth a colour. */
const LEVELS: Readonly<Record<string, ViewedEvent['level']>> = {
  error: 'error',
  assert: 'error',
  warning: 'warning',
};

/** Tells of the messages of a page from now on, and of those that it has kept. */
export function tellConsole(page: CdpSession, tell: (event: ViewedEvent) => void): void {
  page.on('Runtime.consoleAPICalled', (call) => {
    const text = textOf(call);
    if (!SET_CONTENT.test(text)) tell(message(call.timestamp, LEVELS[call.type] ?? 'info', text));
    // Else the page would keep what it has shown for us, as long as it lives.
    if (call.args.some(({ objectId }) => objectId !== undefined))
      page.send('Runtime.releaseObjectGroup', { objectGroup: 'console' }).catch(() => {});
  });
  page.on('Runtime.exceptionThrown', ({ timestamp, exceptionDetails: { text, exception } }) =>
    tell(message(timestamp, 'error', exception?.description ?? text)),
  );
  page.on(
    'Log.entryAdded',
    ({ entry: { source, level, text, timestamp } }) =>
      source !== 'network' && // told by the request
      tell(message(timestamp, LEVELS[level] ?? 'info', text)),
  );
  for (const enabled of [page.send('Runtime.enable'), page.send('Log.enable')])
    enabled.catch(() => {}); // the page has been closed
}

function textOf({ args }: CdpEvents['Runtime.consoleAPICalled']): string {
  return args
    .map(({ value, unserializableValue, description }) =>
      typeof value === 'string' ? value : (unserializableValue ?? description ?? shown(value)),
    )
    .join(' ');
}

function shown(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

function message(atMs: number, level: ViewedEvent['level'], text: string): ViewedEvent {
  return { kind: 'console', atMs, level, title: text.slice(0, MAX_TEXT), detail: '' };
}
