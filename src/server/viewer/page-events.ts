/** What a watched page says and fails to load: console messages, uncaught errors, failed requests. */
import type { CdpSession } from '../../cdp/connection';
import type { CdpEvents } from '../../cdp/protocol';
import type { ViewedEvent } from '../../contract/viewer';

/** The browser keeps no bodies for us, and sends none. */
const NO_BODIES = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };
/** Requests that may run at once and still be told of by their URL: far beyond what pages do. */
const MAX_RUNNING = 1_000;
/** Longest text that is told of a message, in characters: what a list shows. */
const MAX_TEXT = 2_000;
/** Statuses from here on are failures. */
const FIRST_FAILURE = 400;

/** Types of console calls that are worth a colour. */
const LEVELS: Readonly<Record<string, ViewedEvent['level']>> = {
  error: 'error',
  assert: 'error',
  warning: 'warning',
};

/** Tells of what happens in a page from now on, and of the console messages that it has kept. */
export function tellPageEvents(page: CdpSession, tell: (event: ViewedEvent) => void): void {
  page.on('Runtime.consoleAPICalled', (call) => tell(consoleEvent(call)));
  page.on('Runtime.exceptionThrown', ({ timestamp, exceptionDetails: { text, exception } }) =>
    tell(event('console', timestamp, 'error', exception?.description ?? text)),
  );
  page.on(
    'Log.entryAdded',
    ({ entry: { source, level, text, timestamp } }) =>
      source !== 'network' && // told by the request
      tell(event('console', timestamp, LEVELS[level] ?? 'info', text)),
  );
  tellFailedRequests(page, tell);
  const enabled = [
    page.send('Runtime.enable'),
    page.send('Log.enable'),
    page.send('Network.enable', NO_BODIES),
  ];
  for (const each of enabled) each.catch(() => {}); // the page has been closed
}

function tellFailedRequests(page: CdpSession, tell: (event: ViewedEvent) => void): void {
  const running = new Map<string, string>();
  page.on('Network.requestWillBeSent', ({ requestId, request: { method, url } }) => {
    if (running.size < MAX_RUNNING) running.set(requestId, `${method} ${shortUrl(url)}`);
  });
  page.on('Network.loadingFinished', ({ requestId }) => running.delete(requestId));
  page.on('Network.responseReceived', ({ requestId, response: { status, statusText } }) => {
    if (status < FIRST_FAILURE) return;
    const title = running.get(requestId) ?? 'Request';
    tell(event('request', Date.now(), 'error', title, `${status} ${statusText}`.trim()));
  });
  page.on('Network.loadingFailed', ({ requestId, errorText, canceled }) => {
    const title = running.get(requestId) ?? 'Request';
    running.delete(requestId);
    if (!canceled) tell(event('request', Date.now(), 'error', title, errorText));
  });
}

function consoleEvent({
  type,
  args,
  timestamp,
}: CdpEvents['Runtime.consoleAPICalled']): ViewedEvent {
  const text = args
    .map(({ value, unserializableValue, description }) =>
      typeof value === 'string' ? value : (unserializableValue ?? description ?? shown(value)),
    )
    .join(' ');
  return event('console', timestamp, LEVELS[type] ?? 'info', text);
}

function shown(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

/** Data URLs may be megabytes; a query may be a secret. */
function shortUrl(url: string): string {
  return url.startsWith('data:') ? 'data:' : url.replace(/[?#].*/s, '');
}

function event(
  kind: ViewedEvent['kind'],
  atMs: number,
  level: ViewedEvent['level'],
  ...[title, detail = '']: [title: string, detail?: string]
): ViewedEvent {
  return { kind, atMs, level, title: title.slice(0, MAX_TEXT), detail: detail.slice(0, MAX_TEXT) };
}
