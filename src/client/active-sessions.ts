/** All sessions of an API that run, page by page. */
import type { SessionInfo } from '../contract/session';
import type { SessionsClient } from './sessions-client';

/** Sessions in one look: the most that the API gives. */
const PAGE_SIZE = 100;

/** The sessions that this key has started and that run. */
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
