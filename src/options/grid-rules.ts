/** What must hold between the options of a Selenium Grid and the others. */
import type { CrossRule } from './rules';
import { gridUrlOf } from './source';

/** Checked when every option is allowed by itself. */
export const gridRules: readonly CrossRule[] = [
  {
    at: 'gridUrl',
    isBroken: (options) => options.backend === 'grid' && gridUrlOf(options) === undefined,
    message:
      "is missing: backend 'grid' needs the URL of a Selenium Grid. Set it, or SELENIUM_REMOTE_URL",
  },
  {
    at: 'gridUrl',
    isBroken: ({ backend, gridUrl, cdpUrl }) =>
      gridUrl !== undefined && ((backend ?? 'grid') !== 'grid' || cdpUrl !== undefined),
    message: "needs the backend 'grid', and no cdpUrl beside it",
  },
  {
    at: 'gridUrl',
    isBroken: ({ gridUrl, apiUrl, apiKey }) =>
      gridUrl !== undefined && (apiUrl ?? apiKey) !== undefined,
    message:
      'asks for embedded sessions, and apiUrl or apiKey for remote ones; leave one of them out',
  },
  {
    at: 'capabilities',
    isBroken: (options) => options.capabilities !== undefined && gridUrlOf(options) === undefined,
    message:
      'are those of a session on a Selenium Grid, and none is used. Set gridUrl, or leave them out',
  },
  {
    at: 'profile',
    isBroken: (options) => options.profile !== undefined && gridUrlOf(options) !== undefined,
    message:
      'needs a browser that keeps its files; those of a Selenium Grid do not. Use cookieFile or storageState, or leave it out',
  },
];
