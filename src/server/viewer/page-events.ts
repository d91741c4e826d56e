/** What a watched page says and fails to load: console messages, uncaught errors, failed requests. */
import type { CdpSession } from '../../cdp/connection';
import type { ViewedEvent } from '../../contract/viewer';
import { tellConsole } from '../network/console-messages';

/** The browser keeps no bodies for us, and sends none. */
const NO_BODIES = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };
/** Requests that may run at once and still be told of by their URL: far beyond what pages do. */
const MAX_RUNNING = 1_000;
/** Longest URL that is told, in characters: what a list shows. */
const MAX_URL = 2_000;
/** Statuses from here on are failures. */
const FIRST_FAILURE = 400;

/** Tells of what happens in a page from now on, and of the console messages that it has kept. */
export function tellPageEvents(page: CdpSession, tell: (event: ViewedEvent) => void): void {
  tellConsole(page, tell);
  tellFailedRequests(page, tell);
  page.send('Network.enable', NO_BODIES).catch(() => {}); // the page has been closed
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
    tell(failed(title, `${status} ${statusText}`.trim()));
  });
  page.on('Network.loadingFailed', ({ requestId, errorText, canceled }) => {
    const title = running.get(requestId) ?? 'Request';
    running.delete(requestId);
    if (!canceled) tell(failed(title, errorText));
  });
}

/** Data URLs may be megabytes; a query may be a secret. */
function shortUrl(url: string): string {
  return url.startsWith('data:') ? 'data:' : url.replace(/[?#].*/s, '').slice(0, MAX_URL);
}

function failed(title: string, detail: string): ViewedEvent {
  return { kind: 'request', atMs: Date.now(), level: 'error', title, detail };
}
