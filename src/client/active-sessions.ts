/** Lists the active sessions of an API, page by page. */
import type { SessionInfo } from '../contract/session';
import type { SessionsClient } from './sessions-client';

/** Sessions per request: the maximum of the API. */
const PAGE_SIZE = 100;

/** Returns the active sessions of this key. */
export async function activeSessions(client: SessionsClient): Promise<SessionInfo[]> {
  const all: SessionInfo[] = [];
  for (let page = 1, more = true; more; page++) {
    const query = { onlyCurrentToken: true, page, pageSize: PAGE_SIZE };
    const { items, hasNext } = await client.list(query);
    all.push(...items.filter(({ status }) => status === 'active'));
    more = hasNext;
  }
  return all;
}
