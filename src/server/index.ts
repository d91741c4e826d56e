/** Entry point `sessionwright/server`: the session server, for embedding. */
export { startSessionServer } from './session-server';
export type { SessionServer, SessionServerOptions } from './session-server';
export type { Account, AccountKey } from './accounts/account';
export type { DirectEntry } from './sessions/known-session';
export type { TestBegins, TestEnds, TestNote, TestRun, TestStep } from '../contract/test-notes';
export type { SessionCounts } from './sessions/registry';
export type { Recorder, RecorderOptions, OpenRecording } from '../recording/recorder';
export { findChromium } from '../browser/find-chromium';
export type { FoundBrowser } from '../browser/find-chromium';
