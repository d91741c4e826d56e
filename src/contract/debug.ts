/** Debug information of an active session. All URLs contain tokens. */
import * as z from 'zod';

import { readQuery } from './checks';
import { touchingQuerySchema } from './touching';
import { looseInteger } from './values';
import { wireObject } from './wire';

/** A tab of a session. */
export interface DebugTab {
  /** Index of the tab, from 0. */
  tabId: number;
  /** Title of its page. */
  title: string;
  /** Address of its page. */
  url: string;
  /** Developer tools of this tab. */
  debugUrl: string;
  /** CDP WebSocket of this tab. */
  wsUrl: string;
}

/** URLs to inspect an active session. Keep them out of logs: each contains a token. */
export interface DebugInfo {
  /** Developer tools of the session. */
  debugUrl: string;
  /** WebSockets: the browser's CDP, pictures of the screen, and events. */
  ws: { cdp: string; recording: string; logs: string };
  /** Tabs, in the order of opening. */
  tabs: DebugTab[];
}

/** A tab. */
export const debugTabSchema = z.codec(
  z.object({
    metadata: z.object({ tab_id: z.int(), title: z.string(), url: z.string() }),
    debug_url: z.string(),
    ws_url: z.string(),
  }),
  z.custom<DebugTab>(),
  {
    decode: ({ metadata: { tab_id: tabId, ...page }, debug_url: debugUrl, ws_url: wsUrl }) => ({
      ...{ tabId, ...page, debugUrl, wsUrl },
    }),
    encode: ({ tabId, title, url, debugUrl, wsUrl }) => ({
      metadata: { tab_id: tabId, title, url },
      debug_url: debugUrl,
      ws_url: wsUrl,
    }),
  },
);

/** Answer of the debug call. */
export const debugInfoSchema = wireObject<DebugInfo>()({
  debug_url: z.string(),
  ws: z.object({ cdp: z.string(), recording: z.string(), logs: z.string() }),
  tabs: z.array(debugTabSchema),
});

/** Query of the tab call: the index of the tab from 0, or from -1 backwards. */
export const tabQuerySchema = touchingQuerySchema.extend({ tab_idx: looseInteger.default(0) });

/**
 * Parses the query of a tab call; by default the first tab.
 * @throws {@link InvalidRequestError} (422)
 */
export function decodeTabQuery(query: URLSearchParams): { index: number; updateMetadata: boolean } {
  const { tab_idx: index, update_metadata: updateMetadata } = readQuery(tabQuerySchema, query);
  return { index, updateMetadata };
}

/** Returns the query string of a tab call. */
export function encodeTabQuery({ index = 0 }: { index?: number | undefined }): string {
  return `tab_idx=${index}`;
}
