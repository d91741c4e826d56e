/** Calls that work on a session: not beyond its end, and on its pages in turn. */
import { settledWithin } from '../../base/deadline';
import type { PageDriver } from '../../actions/page-driver';
import { SessionwrightError } from '../../contract/errors';
import type { LiveSession } from './session';

/** How long the end of a session may come after what failed by it, in milliseconds: both follow from the end of its browser, which takes a tenth of it. */
const END_GRACE_MS = 1_000;

/** How often a running call counts as use of its session, in milliseconds: less than the shortest idle time. */
const USE_MS = 1_000;

/**
 * Does the work with the session's driver, when every earlier call is done.
 * @param isUse whether the session counts as used while it runs
 * @throws {@link SessionEndedError} as soon as the session ends, whatever the work is at
 */
export async function onPages<T>(
  session: LiveSession,
  work: (driver: PageDriver) => Promise<T>,
  isUse = true,
): Promise<T> {
  const using = setInterval(() => isUse && session.touch(), USE_MS);
  try {
    return await whileActive(session, async () => {
      const driver = await session.driver();
      session.ensureActive();
      return driver.run(() => work(driver));
    });
  } finally {
    clearInterval(using);
  }
}

/**
 * Does work that needs the session's browser.
 * @throws {@link SessionEndedError} as soon as the session ends, whatever the work is at
 */
export async function whileActive<T>(session: LiveSession, work: () => Promise<T>): Promise<T> {
  session.ensureActive();
  let forget = (): void => {};
  const ended = new Promise<void>((resolve) => (forget = session.onEnd(resolve)));
  const endedError = ended.then((): never => session.ensureActive() as never); // it throws
  endedError.catch(() => {}); // it may come when nobody waits any more
  try {
    return await Promise.race([work(), endedError]);
  } catch (error) {
    const isOurs = error instanceof SessionwrightError && error.code !== 'cdp_closed';
    if (!isOurs) await settledWithin(ended, END_GRACE_MS);
    session.ensureActive();
    throw error;
  } finally {
    forget();
  }
}
