/** The profile that a session runs on: its state on the way in, and, when asked, on the way back. */
import type { CdpConnection } from '../../cdp/connection';
import type { Cookie } from '../../contract/cookies';
import { isSessionwrightError } from '../../contract/errors';
import type { StartOptions } from '../../contract/session';
import { fromCdp, toCdp } from '../browsers/cdp-cookies';
import type { ProfileStore } from '../data/profiles';
import type { LiveSession } from './session';

/** One session's use of a profile. Of several that save, the last one to end wins, whole. */
export class SessionProfile {
  readonly #store: ProfileStore;
  readonly #id: string;
  readonly #persist: boolean;
  readonly #initial: Cookie[];
  #cookies: Cookie[] | undefined;

  private constructor(
    store: ProfileStore,
    wanted: { id: string; persist: boolean },
    initial: Cookie[],
  ) {
    this.#store = store;
    this.#id = wanted.id;
    this.#persist = wanted.persist;
    this.#initial = initial;
  }

  /**
   * Copies the state into the folder of a browser that is yet to start. Undefined when the session asks for no profile.
   * @throws as {@link ProfileStore.get}
   */
  static async checkOut(
    store: ProfileStore,
    wanted: StartOptions['profile'],
    userDataDir: string,
  ): Promise<SessionProfile | undefined> {
    if (!wanted) return undefined;
    return new SessionProfile(
      store,
      { id: wanted.id, persist: wanted.persist ?? false },
      await store.checkOut(wanted.id, userDataDir),
    );
  }

  /**
   * Gives the browser the profile's cookies. One that this browser refuses does not keep the others out.
   * @throws {@link CdpError} `cdp_closed` when the browser has gone
   */
  async applyCookies(connection: CdpConnection): Promise<void> {
    if (this.#initial.length === 0) return;
    const cookies = this.#initial.map(toCdp);
    try {
      await connection.send('Storage.setCookies', { cookies });
    } catch (error) {
      if (!isSessionwrightError(error, 'cdp_error')) throw error;
      await Promise.allSettled(
        cookies.map(async (cookie) => connection.send('Storage.setCookies', { cookies: [cookie] })),
      );
    }
  }

  /** Reads the cookies while the browser runs: those of the session are never on its disk. */
  async beforeClose({ status, browser }: LiveSession): Promise<void> {
    if (!this.#persist || status === 'error') return;
    const { cookies } = await browser.connection.send('Storage.getCookies', {});
    this.#cookies = cookies.map(fromCdp);
  }

  /**
   * Saves the state of a browser that has closed in order; that of one which crashed or was killed is not trusted.
   * @throws an `Error` when the state was not saved: the profile stays as it was
   */
  async afterClose(session: LiveSession): Promise<void> {
    if (!this.#persist) return;
    const { code, signal } = await session.browser.exited;
    if (!this.#cookies || code !== 0 || signal !== null)
      throw new Error('the browser did not close in order');
    await this.#store.checkIn(this.#id, {
      userDataDir: session.folder.profile,
      cookies: this.#cookies,
    });
  }

  /** For messages. */
  get id(): string {
    return this.#id;
  }
}
