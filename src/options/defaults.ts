/** Defaults of the options. */
import type { SessionTestOptions } from './types';

/** Defaults of the test options. Without `recording`, Playwright's `video` applies, else every test is recorded. */
export const defaultTestOptions: SessionTestOptions = {
  isolation: 'context',
  cookieFile: undefined,
  saveCookies: 'always',
  recording: undefined,
  viewerLink: 'locked',
};

/** Default of `sessionOptions.startTimeout`, in milliseconds. A start request may take 60 s, and the client waits 30 s if the cloud has no capacity. */
export const DEFAULT_START_TIMEOUT_MS = 120_000;

/** Base URL of the cloud's session API. */
export const CLOUD_API_URL = 'https://api.notte.cc';
