/** Defaults of what a user may write, and nothing else. */
import type { SessionTestOptions } from './types';

/** The test options of a suite that sets none. A recording that nobody asked for is made as Playwright's `video` says, else of every test. */
export const defaultTestOptions: SessionTestOptions = {
  isolation: 'context',
  cookieFile: undefined,
  saveCookies: 'always',
  recording: undefined,
  viewerLink: 'locked',
};

/** `sessionOptions.startTimeout`, in milliseconds: a start request may take 60 s (the cloud's own clients), and waits 30 s once when the cloud has no capacity. */
export const DEFAULT_START_TIMEOUT_MS = 120_000;

/** Where the cloud's session API answers. */
export const CLOUD_API_URL = 'https://api.notte.cc';
