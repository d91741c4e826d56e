/** The cookie file of one session: loaded after its start, saved before its stop. */
import type { Cookie } from '../contract/cookies';
import { SessionEndedError } from '../contract/errors';

/** The members of a session that this file uses. */
interface CookieHolder {
  cookies(): Promise<Cookie[]>;
  setCookies(cookies: readonly Cookie[]): Promise<unknown>;
}

/** Connects a session to its cookie file. Does nothing until `load()` names one. */
export class CookieFile {
  readonly #session: CookieHolder;
  #loaded: { path: string; cookies: Cookie[] } | undefined;

  constructor(session: CookieHolder) {
    this.#session = session;
  }

  /** Adds the cookies of the file to the session. */
  async load(file: { path: string; cookies: Cookie[] }): Promise<void> {
    if (file.cookies.length > 0) await this.#session.setCookies(file.cookies);
    this.#loaded = file;
  }

  /**
   * Saves the cookies that changed since.
   * @throws {@link CookieFileError} if the file cannot be written; {@link SessionEndedError} if the session has ended, and its cookies are lost
   */
  async save(): Promise<void> {
    const loaded = this.#loaded;
    if (!loaded) return;
    const { saveCookies } = await import('../cookies/index');
    await saveCookies(loaded.path, {
      loaded: loaded.cookies,
      current: await this.#read(loaded.path),
    });
    this.#loaded = undefined;
  }

  async #read(path: string): Promise<Cookie[]> {
    try {
      return await this.#session.cookies();
    } catch (error) {
      if (!(error instanceof SessionEndedError)) throw error;
      const { sessionId, status, endedAt, reason } = error;
      throw new SessionEndedError(`Could not save cookies to ${path}: ${error.message}`, {
        sessionId,
        status,
        endedAt,
        reason,
        cause: error,
      });
    }
  }
}
