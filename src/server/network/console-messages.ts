/** Console messages and uncaught errors of a page, for the viewer's list. */
import { keptText } from '../../base/foreign-text';
import { parseJson } from '../../base/json';
import { sizeText } from '../../base/texts';
import type { CdpSession } from '../../cdp/connection';
import type { SkippedEvent } from '../../cdp/incoming-text';
import type { CdpEvents } from '../../cdp/protocol';
import type { ViewedEvent } from '../../contract/viewer';

/** Maximum length of a displayed message, in bytes: what fits into a list. */
const MAX_TEXT_BYTES = 2_000;

/** Playwright's own console message on pages of `setContent`. */
const SET_CONTENT = /^--playwright--set--content--/;

/** Console types with a color. */
const LEVELS: Readonly<Record<string, ViewedEvent['level']>> = {
  error: 'error',
  assert: 'error',
  warning: 'warning',
};

/** Matches the text of a console event in JSON that may be truncated: first the stack of an error, then values and log entries. */
const TEXTS = ['description', 'value', 'text'].map(
  (name) => new RegExp(String.raw`"${name}":"((?:[^"\\]|\\u\w{4}|\\[^u])+)`),
);

/** Reports the page's earlier and later messages. */
export function tellConsole(page: CdpSession, tell: (event: ViewedEvent) => void): void {
  // Otherwise the page keeps the reported objects until it closes.
  const release = (): void =>
    void page.send('Runtime.releaseObjectGroup', { objectGroup: 'console' }).catch(() => {});
  page.on('Runtime.consoleAPICalled', (call) => {
    const text = textOf(call);
    if (!SET_CONTENT.test(text)) tell(message(call.timestamp, LEVELS[call.type] ?? 'info', text));
    if (call.args.some(({ objectId }) => objectId !== undefined)) release();
  });
  page.on('Runtime.exceptionThrown', ({ timestamp, exceptionDetails: { text, exception } }) =>
    tell(message(timestamp, 'error', exception?.description ?? text)),
  );
  page.on(
    'Log.entryAdded',
    ({ entry: { source, level, text, timestamp } }) =>
      source !== 'network' && // the request reports it
      tell(message(timestamp, LEVELS[level] ?? 'info', text)),
  );
  page.on('sessionwright.skipped', (skipped) => {
    if (!/^(Runtime|Log)\./.test(skipped.method)) return;
    tell(beginningOf(skipped));
    release();
  });
  for (const enabled of [page.send('Runtime.enable'), page.send('Log.enable')])
    enabled.catch(() => {}); // the page has been closed
}

/** Reads a message that was too long to parse. */
function beginningOf({ method, head, bytes }: SkippedEvent): ViewedEvent {
  const [, type = ''] = /"(?:type|level)":"(\w+)"/.exec(head) ?? [];
  const level = method === 'Runtime.exceptionThrown' ? 'error' : (LEVELS[type] ?? 'info');
  const [found] = TEXTS.flatMap((pattern) => pattern.exec(head)?.[1] ?? []);
  const text = parseJson(`"${found ?? ''}"`);
  const start = typeof text === 'string' ? keptText(text, MAX_TEXT_BYTES) : '';
  return {
    ...message(Date.now(), level, start),
    detail: `cut: the message has ${sizeText(bytes)}`,
  };
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
  return { kind: 'console', atMs, level, title: keptText(text, MAX_TEXT_BYTES), detail: '' };
}
