/** Runs work that ends with its connection. */
import type { Browser } from 'playwright-core';
import { unlessInterrupted } from '../base/deadline';
import { CdpError } from '../contract/errors';

/**
 * Waits for the work while the browser is connected. Leaves no listener on the browser, which outlives thousands of calls.
 * @throws {@link CdpError} `cdp_closed` when the connection ends; a later failure of the work is ignored
 */
export async function whileConnected<T>(browser: Browser, work: Promise<T>): Promise<T> {
  return unlessInterrupted(work, (interrupt) => {
    const onEnd = (): void =>
      interrupt(
        new CdpError('The connection to the browser of the session ended during the call.', {
          code: 'cdp_closed',
          method: 'run',
        }),
      );
    browser.once('disconnected', onEnd);
    if (!browser.isConnected()) onEnd();
    return () => browser.off('disconnected', onEnd);
  });
}
