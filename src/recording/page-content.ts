/** Tells that a page is in use though it is blank by its URL. */
import type { CdpSession } from '../cdp/connection';

/**
 * Calls back, perhaps several times, when something is written to the page, as by `setContent`, or when it paints for the first time,
 * since a script has filled it. A page that waits for its test does neither.
 */
export function onContent(page: CdpSession, targetId: string, listener: () => void): void {
  page.on('Page.documentOpened', listener);
  page.on('Page.lifecycleEvent', ({ name, frameId }) => {
    if (name === 'firstPaint' && frameId === targetId) listener(); // a page is named as its main frame
  });
  page.send('Page.enable').catch(() => {}); // it has been closed
  page.send('Page.setLifecycleEventsEnabled', { enabled: true }).catch(() => {});
}
