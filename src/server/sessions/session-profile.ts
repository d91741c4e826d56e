/** The profile of a session: its state is loaded before the start, and saved at the end if the session asks for that. */
import type { BrowserExit } from '../../browser/browser-connection';
import type { CdpConnection } from '../../cdp/connection';
import type { Cookie } from '../../contract/cookies';
import { isSessionwrightError } from '../../contract/errors';
import type { StartOptions } from '../../contract/session';
import { fromCdp, toCdp } from '../browsers/cdp-cookies';
import type { ProfileStore } from '../data/profiles';

/** One session's use of a profile. If several sessions save, the last one to end replaces the whole state. */
export class SessionProfile {
  readonly id: string;
  readonly #store: ProfileStore;
  readonly #isSaved: boolean;
  readonly #initial: readonly Cookie[];
  /** The cookies at the end. */
  #cookies: Cookie[] | undefined;

  private constructor(
    store: ProfileStore,
    { id, persist = false }: NonNullable<StartOptions['profile']>,
    initial: readonly Cookie[],
  ) {
    this.id = id;
    this.#store = store;
    this.#isSaved = persist;
    this.#initial = initial;
  }

  /**
   * Copies the state into the profile folder of a browser that was not started yet. Undefined if the session asks for no profile.
   * @throws as {@link ProfileStore.get}
   */
  static async checkOut(
    store: ProfileStore,
    wanted: StartOptions['profile'],
    userDataDir: string,
  ): Promise<SessionProfile | undefined> {
    return (
      wanted && new SessionProfile(store, wanted, await store.checkOut(wanted.id, userDataDir))
    );
  }

  /**
   * Gives the browser the profile's cookies. If it refuses one, it still gets the others.
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

  /** Reads the cookies while the browser runs: session cookies are never on its disk. */
  async readCookies(connection: CdpConnection): Promise<void> {
    if (!this.#isSaved) return;
    const { cookies } = await connection.send('Storage.getCookies', {});
    this.#cookies = cookies.map(fromCdp);
  }

  /**
   * Saves the state of a browser that exited normally; that of one which crashed or was killed may be damaged.
   * @throws an `Error` when the state was not saved: the profile stays as it was
   */
  async save({ code, signal }: BrowserExit, userDataDir: string): Promise<void> {
    if (!this.#isSaved) return;
    if (!this.#cookies || code !== 0 || signal !== null)
      throw new Error('the browser did not close in order');
    await this.#store.checkIn(this.id, { userDataDir, cookies: this.#cookies });
  }
}
