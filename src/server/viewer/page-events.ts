/** What a watched page says and loads: console messages, uncaught errors, and its requests: for pages and data, and whatever failed. */
import { withoutUrlSecrets } from '../../base/redaction';
import { keptText } from '../../base/foreign-text';
import type { CdpSession } from '../../cdp/connection';
import type { CdpEvents } from '../../cdp/protocol';
import type { ViewedEvent } from '../../contract/viewer';
import { tellConsole } from '../network/console-messages';

/** The browser keeps no bodies for us, and sends none. */
const NO_BODIES = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };
/** Requests that may run at once and still be told of by their URL: far beyond what pages do. */
const MAX_RUNNING = 1_000;
/** Longest URL that is shown, in bytes: what fits into a list. */
const MAX_URL_BYTES = 2_000;
/** Longest method and status text, in bytes: those of HTTP are shorter, and both are up to the page and its server. */
const MAX_WORD_BYTES = 100;
/** Statuses from here on are failures. */
const FIRST_FAILURE = 400;

/** What is told of though it went well, by CDP's names: what a test is about. Pictures, styles and scripts are not. */
const TOLD_TYPES = ['Document', 'XHR', 'Fetch'];

/** Tells of what happens in a page from now on, and of the console messages that it has kept. */
export function tellPageEvents(page: CdpSession, tell: (event: ViewedEvent) => void): void {
  tellConsole(page, tell);
  tellRequests(page, tell);
  page.send('Network.enable', NO_BODIES).catch(() => {}); // the page has been closed
}

function tellRequests(page: CdpSession, tell: (event: ViewedEvent) => void): void {
  const running = new Map<string, string>();
  page.on('Network.requestWillBeSent', ({ requestId, request: { method, url } }) => {
    if (running.size < MAX_RUNNING)
      running.set(requestId, `${keptText(method, MAX_WORD_BYTES)} ${shortUrl(url)}`);
  });
  page.on('Network.loadingFinished', ({ requestId }) => running.delete(requestId));
  page.on('Network.responseReceived', (answered) => {
    const level = levelOf(answered);
    if (!level) return;
    const { status, statusText } = answered.response;
    const title = running.get(answered.requestId) ?? 'Request';
    tell({
      ...request(level, title),
      detail: keptText(`${status} ${statusText}`.trim(), MAX_WORD_BYTES),
    });
  });
  page.on('Network.loadingFailed', ({ requestId, errorText, canceled }) => {
    const title = running.get(requestId) ?? 'Request';
    running.delete(requestId);
    if (!canceled) tell({ ...request('error', title), detail: errorText });
  });
}

/** Undefined for what is not told of. A page that a test has written itself, as a data URL, was loaded from nowhere. */
function levelOf({
  type,
  response: { status, url },
}: CdpEvents['Network.responseReceived']): ViewedEvent['level'] | undefined {
  if (status >= FIRST_FAILURE) return 'error';
  return TOLD_TYPES.includes(type) && /^https?:/.test(url) ? 'info' : undefined;
}

/** Data URLs may be megabytes; a query may be a secret, and a password is one. */
function shortUrl(url: string): string {
  if (url.startsWith('data:')) return 'data:';
  return keptText(withoutUrlSecrets(url).replace(/[?#].*/s, ''), MAX_URL_BYTES);
}

function request(level: ViewedEvent['level'], title: string): Omit<ViewedEvent, 'detail'> {
  return { kind: 'request', atMs: Date.now(), level, title };
}
