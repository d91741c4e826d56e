/** The cookie file of one session: given to it at its start, saved from it before its stop. */
import type { Cookie } from '../contract/cookies';
import { SessionEndedError } from '../contract/errors';

/** The part of a session that is needed here. */
interface CookieHolder {
  cookies(): Promise<Cookie[]>;
  setCookies(cookies: readonly Cookie[]): Promise<unknown>;
}

/** Links a session to its cookie file; does nothing until `load()` named one. */
export class CookieFile {
  readonly #session: CookieHolder;
  #loaded: { path: string; cookies: Cookie[] } | undefined;

  constructor(session: CookieHolder) {
    this.#session = session;
  }

  /** Gives the session what was read from its file. */
  async load(file: { path: string; cookies: Cookie[] }): Promise<void> {
    if (file.cookies.length > 0) await this.#session.setCookies(file.cookies);
    this.#loaded = file;
  }

  /**
   * Saves what has changed since.
   * @throws {@link CookieFileError} when the file cannot be written; {@link SessionEndedError} when the session took its cookies with it
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
