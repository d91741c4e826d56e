/** Calls that work on a session's pages: in turn, and not beyond the session's end. */
import { setTimeout as delay } from 'node:timers/promises';
import type { PageDriver } from '../../actions/page-driver';
import { isSessionwrightError } from '../../contract/errors';
import type { LiveSession } from './session';

/** How long the end of a session may come after the end of its connection, in milliseconds: both follow from the end of its browser. */
const END_GRACE_MS = 500;

/** How often a running call counts as use of its session, in milliseconds: less than the shortest idle time. */
const USE_MS = 1_000;

/**
 * Does the work with the session's driver, when every earlier call is done.
 * @param isUse whether the session counts as used while it runs
 * @throws {@link SessionEndedError} as soon as the session ends, whatever the work is at
 */
export async function onPages<T>(session: LiveSession, work: (driver: PageDriver) => Promise<T>, isUse = true): Promise<T> {
  session.ensureActive();
  const using = setInterval(() => isUse && session.touch(), USE_MS);
  let forget = (): void => {};
  const ended = new Promise<void>((resolve) => (forget = session.onEnd(resolve)));
  const endedError = ended.then((): never => session.ensureActive() as never); // it throws
  endedError.catch(() => {}); // it may come when nobody waits any more
  try {
    const driver = await Promise.race([session.driver(), endedError]);
    return await Promise.race([driver.run(() => work(driver)), endedError]);
  } catch (error) {
    if (isSessionwrightError(error, 'cdp_closed')) await Promise.race([ended, delay(END_GRACE_MS)]);
    session.ensureActive();
    throw error;
  } finally {
    clearInterval(using);
    forget();
  }
}
