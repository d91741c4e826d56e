/** Entry point `sessionwright/server`: the session server, for embedding. */
export { startSessionServer } from './session-server';
export type { SessionServer, SessionServerOptions } from './session-server';
export type { Recording } from './sessions/session-recording';
export { findChromium } from '../browser/find-chromium';
export type { FoundBrowser } from '../browser/find-chromium';
