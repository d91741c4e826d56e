/** Tells that a page is in use though it is blank by its URL. */
import type { CdpSession } from '../cdp/connection';

/** True of a document that was written to, or has painted. One that waits for its test is neither. A page may replace these functions: whatever they return then, the answer is short. */
const HAS_CONTENT =
  "!!(document.body?.hasChildNodes() || performance.getEntriesByType('paint').length > 0)";

/** Who is told of the content of a page. */
export interface ContentListener {
  /** It was there already: the page is in use, but nothing was done with it now. */
  onOld(): void;
  /** Something is written to the page, as by `setContent`, or it paints for the first time, since a script has filled it. */
  onNew(): void;
}

/** Tells, perhaps several times, that a page has content. */
export function onContent(page: CdpSession, targetId: string, listener: ContentListener): void {
  page.on('Page.documentOpened', () => listener.onNew());
  page.on('Page.lifecycleEvent', ({ name, frameId }) => {
    if (name === 'firstPaint' && frameId === targetId) listener.onNew(); // a page is named as its main frame
  });
  page.send('Page.enable').catch(() => {}); // it has been closed
  page.send('Page.setLifecycleEventsEnabled', { enabled: true }).catch(() => {});
  page
    .send('Runtime.evaluate', { expression: HAS_CONTENT, returnByValue: true })
    .then(({ result }) => result.value === true && listener.onOld())
    .catch(() => {}); // the same
}
