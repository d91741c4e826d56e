/** Routes that look into a session's browser: cookies, tabs, and how far it has come. */
import { cookiesSchema } from '../../contract/cookies';
import type { DebugTab } from '../../contract/debug';
import { decodeTabQuery, encodeDebugInfo, encodeDebugTab } from '../../contract/debug';
import { notFound } from '../../contract/refusals';
import { fromCdp } from '../browsers/cdp-cookies';
import { setCookies as setCookiesOf } from '../browsers/set-cookies';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { LiveSession } from '../sessions/session';
import { whileActive } from '../sessions/session-call';
import { sessionUrls } from '../sessions/session-urls';
import { checkedBody } from './checked-body';
import { runningSessionOf, sessionOf } from './path-session';

/** Cookies, debug information and offset. All but the offset need a running session, and count as using it. */
export function browserRoutes(registry: SessionRegistry): Route[] {
  const running = (exchange: Exchange): LiveSession => runningSessionOf(registry, exchange);
  return [
    {
      method: 'GET',
      path: '/sessions/:id/cookies',
      handle: (exchange) => getCookies(running(exchange), exchange),
    },
    {
      method: 'POST',
      path: '/sessions/:id/cookies',
      handle: (exchange) => setCookies(running(exchange), exchange),
    },
    {
      method: 'GET',
      path: '/sessions/:id/debug',
      handle: (exchange) => debug(running(exchange), exchange),
    },
    {
      method: 'GET',
      path: '/sessions/:id/debug/tab',
      handle: (exchange) => debugTab(running(exchange), exchange),
    },
    {
      method: 'GET',
      path: '/sessions/:id/offset',
      handle: (exchange) => exchange.json({ offset: sessionOf(registry, exchange).offset }),
    },
  ];
}

/** Of the default context: a session's own state. */
async function getCookies(session: LiveSession, { json }: Exchange): Promise<void> {
  const { cookies } = await whileActive(session, () =>
    session.browser.connection.send('Storage.getCookies', {}),
  );
  json({ cookies: cookies.map(fromCdp) });
}

async function setCookies(session: LiveSession, exchange: Exchange): Promise<void> {
  const { cookies } = await checkedBody(exchange, cookiesSchema, 'Invalid cookies');
  const message = await whileActive(session, () =>
    setCookiesOf(session.browser.connection, cookies),
  );
  exchange.json({ success: true, message });
}

async function debug(session: LiveSession, { baseUrl, json }: Exchange): Promise<void> {
  const { viewer, cdp, recording, logs } = sessionUrls(session, baseUrl);
  json(
    encodeDebugInfo({
      debugUrl: viewer,
      ws: { cdp, recording, logs },
      tabs: await whileActive(session, () => openTabs(session, baseUrl)),
    }),
  );
}

async function debugTab(session: LiveSession, { query, baseUrl, json }: Exchange): Promise<void> {
  const index = decodeTabQuery(query);
  const found = await whileActive(session, () => openTabs(session, baseUrl));
  const tab = found.at(index);
  if (!tab) throw notFound(`The session ${session.id} has no tab ${index}.`);
  json(encodeDebugTab(tab));
}

/** The tabs; the first one is opened when nobody has used the session yet. */
async function openTabs(session: LiveSession, baseUrl: string): Promise<DebugTab[]> {
  const found = await tabs(session, baseUrl);
  if (found.length > 0) return found;
  await session.browser.ensurePage();
  return tabs(session, baseUrl);
}

async function tabs(session: LiveSession, baseUrl: string): Promise<DebugTab[]> {
  const { targetInfos } = await session.browser.connection.send('Target.getTargets', {});
  const { viewer, page } = sessionUrls(session, baseUrl);
  const { tabIds } = session;
  const inOrder = targetInfos
    .filter(({ type }) => type === 'page')
    .sort((one, other) => tabIds.indexOf(one.targetId) - tabIds.indexOf(other.targetId)); // as an observation numbers them
  return inOrder.map(({ targetId, title, url }, tabId) => ({
    tabId,
    title,
    url,
    debugUrl: viewer,
    wsUrl: page(targetId),
  }));
}
