/** Addresses other than operations: URLs that the API returns, each with a permission in its query, and WebSockets. */

/** URLs that work without a key. */
export const addresses = {
  /** Content of an upload. */
  uploadContent: '/storage/uploads/{filename}/content',
  /** Content of a download. */
  downloadContent: '/storage/{session_id}/downloads/{filename}/content',
  /** One batch of a network log, as HAR. */
  networkLogBatch: '/sessions/{session_id}/network/logs/{key}',
  /** The replay as MP4. */
  replayFile: '/sessions/{session_id}/replay.mp4',
  /** Segments of the replay, listed in its playlist. */
  /** The clip of one test as MP4, by the test's index from 0. */
  clipFile: '/sessions/{session_id}/tests/{test}/clip.mp4',
  /** The page of a session: its live view, or its replay. */
  viewer: '/sessions/{session_id}/viewer',
  /** The data of that page. */
  viewerStory: '/sessions/{session_id}/viewer/story',
  /** The last recorded picture of a session. */
  viewerPoster: '/sessions/{session_id}/viewer/poster.jpg',
  /** Creates the clip of a test for that page, and returns its URL. */
  viewerClip: '/sessions/{session_id}/viewer/tests/{test}/clip',
  /** The sessions on the wall, which is `GET /` for browsers. Requires the key or a pass. */
  wall: '/viewer/sessions',
  /** Exchanges the ticket of the wall for a pass. */
  wallPass: '/viewer/passes',
  /** Files that the viewer's pages load. */
  viewerFile: '/viewer/{name}',
} as const;

/** WebSockets. */
export const sockets = {
  /** CDP of a new session, which ends with the connection. The query contains the key. */
  connect: '/sessions/connect',
  /** CDP of a session's browser: its `cdp_url`. */
  cdp: '/sessions/{session_id}/cdp',
  /** Playwright's own protocol, on the browser's machine: its `playwright_url`. */
  playwright: '/sessions/{session_id}/playwright',
  /** CDP of one of its pages. */
  pageCdp: '/sessions/{session_id}/cdp/{target_id}',
  /** Pictures and steps of the session. */
  recording: '/sessions/{session_id}/debug/recording',
  /** Steps of the session. */
  logs: '/sessions/{session_id}/debug/logs',
  /** Data of the live view, and manual input. */
  live: '/sessions/{session_id}/viewer/live',
} as const;

/** Cloud-only calls: first segment of the path, and their subject. Our server answers 501. */
export const CLOUD_ONLY: Readonly<Record<string, string>> = {
  agents: 'agents',
  anything: 'agents',
  functions: 'functions',
  'managed-auth': 'managed logins',
  personas: 'personas',
  prompts: 'prompts',
  scrape_from_html: 'scraping of HTML by a language model',
  search: 'web search',
  secrets: 'secrets',
  usage: 'usage figures',
  vaults: 'vaults',
};

/**
 * Returns an endpoint for clients that create their own pages: our server then opens no first page. Other servers ignore this.
 * @param url - the endpoint with its token, from our server
 */
export function withoutStartupPage(url: string): string {
  return `${url}&startup_page=false`;
}
