/** Paths of the session API, for the client that calls them and the server that answers. */

/** Where each call goes. Ids are percent-encoded. */
export const routes = {
  health: '/health',
  sessions: '/sessions',
  start: '/sessions/start',
  session: (id: string) => sessionPath(id),
  stop: (id: string) => sessionPath(id, 'stop'),
  cookies: (id: string) => sessionPath(id, 'cookies'),
  debug: (id: string) => sessionPath(id, 'debug'),
  debugTab: (id: string) => sessionPath(id, 'debug/tab'),
  replay: (id: string) => sessionPath(id, 'replay'),
  offset: (id: string) => sessionPath(id, 'offset'),
  networkLogs: (id: string) => sessionPath(id, 'network/logs'),
  workflowCode: (id: string) => sessionPath(id, 'workflow/code'),
  execute: (id: string) => sessionPath(id, 'page/execute'),
  observe: (id: string) => sessionPath(id, 'page/observe'),
  scrape: (id: string) => sessionPath(id, 'page/scrape'),
  screenshot: (id: string) => sessionPath(id, 'page/screenshot'),
  profiles: '/profiles',
  createProfile: '/profiles/create',
  profile: (id: string) => `/profiles/${encodeURIComponent(id)}`,
  profileCookies: (id: string) => `/profiles/${encodeURIComponent(id)}/cookies`,
  duplicateProfile: (id: string) => `/profiles/${encodeURIComponent(id)}/duplicate`,
  uploads: '/storage/uploads',
  upload: (name: string) => `/storage/uploads/${encodeURIComponent(name)}`,
  downloads: (id: string) => `/storage/${encodeURIComponent(id)}/downloads`,
  download: (id: string, name: string) =>
    `/storage/${encodeURIComponent(id)}/downloads/${encodeURIComponent(name)}`,
  scrapeUrl: '/scrape',
  openapi: '/openapi.json',
} as const;

/** Request and response headers that mean something in this contract, in lower case. */
export const headers = {
  /** Who calls: `sessionwright`. */
  origin: 'x-notte-request-origin',
  /** Version of the caller. */
  version: 'x-notte-sdk-version',
  /** A start with a key that was already used returns the same session; a server that knows this sends the header back. */
  idempotencyKey: 'idempotency-key',
} as const;

function sessionPath(id: string, rest?: string): string {
  const base = `/sessions/${encodeURIComponent(id)}`;
  return rest === undefined ? base : `${base}/${rest}`;
}
