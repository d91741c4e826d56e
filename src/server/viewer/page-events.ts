/** What happens on a watched page: console messages, uncaught errors, requests for pages and data, and failed requests. */
import { keptText } from '../../base/foreign-text';
import { withoutUrlSecrets } from '../../base/redaction';
import type { CdpSession } from '../../cdp/connection';
import type { ViewedEvent } from '../../contract/viewer';
import { tellConsole } from '../network/console-messages';

/** The browser stores and sends no bodies. */
const NO_BODIES = { maxTotalBufferSize: 0, maxResourceBufferSize: 0, maxPostDataSize: 0 };
/** Most pending requests whose URL is known: far more than real pages have. */
const MAX_PENDING = 1_000;
/** Longest URL in an event, in bytes: what fits into a list. */
const MAX_URL_BYTES = 2_000;
/** Longest method and status text, in bytes. The page and its server choose them. */
const MAX_WORD_BYTES = 100;
/** The lowest status of a failure. */
const FIRST_FAILURE = 400;
/** Types of successful requests that are reported, by CDP's names: what a test is about. */
const REPORTED_TYPES = ['Document', 'XHR', 'Fetch'];

/** Reports the events of a page from now on, and the console messages that the page has kept. */
export function reportPageEvents(page: CdpSession, report: (event: ViewedEvent) => void): void {
  tellConsole(page, report);
  const titles = new Map<string, string>();
  const reportRequest = (requestId: string, event: Pick<ViewedEvent, 'level' | 'detail'>): void =>
    report({
      ...{ kind: 'request', atMs: Date.now() },
      title: titles.get(requestId) ?? 'Request',
      ...event,
    });
  page.on('Network.requestWillBeSent', ({ requestId, request: { method, url } }) => {
    if (titles.size < MAX_PENDING)
      titles.set(requestId, `${keptText(method, MAX_WORD_BYTES)} ${shortUrl(url)}`);
  });
  page.on('Network.loadingFinished', ({ requestId }) => titles.delete(requestId));
  page.on('Network.responseReceived', ({ requestId, type, response }) => {
    const { status, statusText, url } = response;
    const hasFailed = status >= FIRST_FAILURE;
    const isReported = REPORTED_TYPES.includes(type) && /^https?:/.test(url); // not a data URL that a test wrote
    if (hasFailed || isReported)
      reportRequest(requestId, {
        level: hasFailed ? 'error' : 'info',
        detail: keptText(`${status} ${statusText}`.trim(), MAX_WORD_BYTES),
      });
  });
  page.on('Network.loadingFailed', ({ requestId, errorText, canceled }) => {
    if (!canceled) reportRequest(requestId, { level: 'error', detail: errorText });
    titles.delete(requestId);
  });
  page.send('Network.enable', NO_BODIES).catch(() => {}); // the page has closed
}

/** Data URLs may be megabytes, and a query may contain a secret. */
function shortUrl(url: string): string {
  if (url.startsWith('data:')) return 'data:';
  return keptText(withoutUrlSecrets(url).replace(/[?#].*/s, ''), MAX_URL_BYTES);
}
