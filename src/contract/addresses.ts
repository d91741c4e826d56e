/** What answers beside the operations: URLs that the API hands out, each with its own permission in its query, and WebSockets. */

/** URLs that are fetched as they were handed out, without a key. */
export const addresses = {
  /** An upload's bytes. */
  uploadContent: '/storage/uploads/{filename}/content',
  /** A download's bytes. */
  downloadContent: '/storage/{session_id}/downloads/{filename}/content',
  /** One batch of a network log, as HAR. */
  networkLogBatch: '/sessions/{session_id}/network/logs/{key}',
  /** The replay as MP4. */
  replayFile: '/sessions/{session_id}/replay.mp4',
  /** The same in parts, which the playlist of the replay names. */
  /** The clip of one of its tests as MP4, by the test's position among them, from 0. */
  clipFile: '/sessions/{session_id}/tests/{test}/clip.mp4',
  /** The page that shows a session live, or plays its replay. */
  viewer: '/sessions/{session_id}/viewer',
  /** What that page asks for. */
  viewerStory: '/sessions/{session_id}/viewer/story',
  /** The last picture that was recorded of a session. */
  viewerPoster: '/sessions/{session_id}/viewer/poster.jpg',
  /** Where that page has the clip of a test made, and learns where it is. */
  viewerClip: '/sessions/{session_id}/viewer/tests/{test}/clip',
  /** The sessions on the wall, which is `GET /` for browsers. Asks for the key, or a pass. */
  wall: '/viewer/sessions',
  /** Where the wall gives its ticket for a pass. */
  wallPass: '/viewer/passes',
  /** The files that the pages of the viewer load. */
  viewerFile: '/viewer/{name}',
} as const;

/** WebSockets. */
export const sockets = {
  /** CDP of a new session, which ends with the connection. The key is in the query. */
  connect: '/sessions/connect',
  /** CDP of a session's browser: its `cdp_url`. */
  cdp: '/sessions/{session_id}/cdp',
  /** Playwright's own protocol, beside the browser: its `playwright_url`. */
  playwright: '/sessions/{session_id}/playwright',
  /** CDP of one page of it. */
  pageCdp: '/sessions/{session_id}/cdp/{target_id}',
  /** Pictures of the session, and its steps. */
  recording: '/sessions/{session_id}/debug/recording',
  /** Its steps. */
  logs: '/sessions/{session_id}/debug/logs',
  /** What the viewer shows of a running session, and what is done in it by hand. */
  live: '/sessions/{session_id}/viewer/live',
} as const;

/** What only the cloud has: the first part of the paths of such calls, and what they are about. Our own server answers 501. */
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
 * An endpoint of a session's browser for those who make their own pages: a server of ours opens no first one for them. Others do not
 * know this.
 * @param url - with a token, as our servers tell it
 */
export function withoutStartupPage(url: string): string {
  return `${url}&startup_page=false`;
}
