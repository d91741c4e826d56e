/** Entry point `sessionwright/server`: the session server, for embedding. */
import { startServer, type SessionServer, type SessionServerOptions } from './session-server';

/**
 * Starts a session server. The caller closes it.
 * @throws {@link SessionwrightError} `listen_failed` when the address cannot be listened on, `data_folder_in_use` when another server runs on the
 * `dataDir`, `data_folder_unusable` when it cannot be created or written, is of a newer format, or is damaged; {@link OptionsError} for invalid options
 */
export async function startSessionServer(options?: SessionServerOptions): Promise<SessionServer> {
  return startServer(options);
}

export type { SessionServer, SessionServerOptions } from './session-server';
export type { Account, AccountKey } from './accounts/account';
export type { SessionCounts } from './sessions/registry';
export { findChromium } from '../browser/find-chromium';
export type { FoundBrowser } from '../browser/find-chromium';
