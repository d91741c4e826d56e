/** Routes that look into a running session's browser: cookies, tabs, and how far it has come. */
import { cookiesSchema } from '../../contract/cookies';
import type { DebugTab } from '../../contract/debug';
import { decodeTabQuery, encodeDebugInfo, encodeDebugTab } from '../../contract/debug';
import { isSessionwrightError } from '../../contract/errors';
import { describeIssues } from '../../contract/issues';
import { fromCdp, toCdp } from '../cdp-cookies';
import { notFound, refused } from '../errors';
import type { Exchange, Route } from '../http-router';
import type { SessionRegistry } from '../registry';
import type { LiveSession } from '../session';
import { whileActive } from '../session-call';
import { sessionUrls } from '../session-urls';
import { runningIn } from './running';

/** Cookies, debug information and offset. All of them need a running session, and count as using it. */
export function browserRoutes(registry: SessionRegistry): Route[] {
  const running = runningIn(registry);
  return [
    { method: 'GET', path: '/sessions/:id/cookies', handle: (exchange) => getCookies(running(exchange), exchange) },
    { method: 'POST', path: '/sessions/:id/cookies', handle: (exchange) => setCookies(running(exchange), exchange) },
    { method: 'GET', path: '/sessions/:id/debug', handle: (exchange) => debug(running(exchange), exchange) },
    { method: 'GET', path: '/sessions/:id/debug/tab', handle: (exchange) => debugTab(running(exchange), exchange) },
    { method: 'GET', path: '/sessions/:id/offset', handle: (exchange) => exchange.json({ offset: registry.get(exchange.params['id'] ?? '').offset }) },
  ];
}

/** Of the default context: a session's own state. */
async function getCookies(session: LiveSession, { json }: Exchange): Promise<void> {
  const { cookies } = await whileActive(session, () => session.browser.connection.send('Storage.getCookies', {}));
  json({ cookies: cookies.map(fromCdp) });
}

async function setCookies(session: LiveSession, { body, json }: Exchange): Promise<void> {
  const parsed = cookiesSchema.safeParse(await body(), { reportInput: true });
  if (!parsed.success) throw refused('Invalid cookies', describeIssues(parsed.error.issues));
  const { cookies } = parsed.data;
  try {
    await whileActive(session, () => session.browser.connection.send('Storage.setCookies', { cookies: cookies.map(toCdp) }));
  } catch (error) {
    if (!isSessionwrightError(error, 'cdp_error')) throw error;
    throw refused('The browser refused the cookies', [{ path: 'cookies', message: error.message }]);
  }
  json({ success: true, message: `${cookies.length} cookies set` });
}

async function debug(session: LiveSession, { baseUrl, json }: Exchange): Promise<void> {
  const { viewer, cdp, recording, logs } = sessionUrls(session, baseUrl);
  json(encodeDebugInfo({ debugUrl: viewer, ws: { cdp, recording, logs }, tabs: await whileActive(session, () => tabs(session, baseUrl)) }));
}

async function debugTab(session: LiveSession, { query, baseUrl, json }: Exchange): Promise<void> {
  const index = decodeTabQuery(query);
  const found = await whileActive(session, async () => {
    if ((await tabs(session, baseUrl)).length === 0) await session.browser.ensurePage(); // nobody has used it yet
    return tabs(session, baseUrl);
  });
  const tab = found.at(index);
  if (!tab) throw notFound(`The session ${session.id} has no tab ${index}.`);
  json(encodeDebugTab(tab));
}

async function tabs(session: LiveSession, baseUrl: string): Promise<DebugTab[]> {
  const { targetInfos } = await session.browser.connection.send('Target.getTargets', {});
  const { viewer, page } = sessionUrls(session, baseUrl);
  return targetInfos.filter(({ type }) => type === 'page').map(({ targetId, title, url }, tabId) => ({ tabId, title, url, debugUrl: viewer, wsUrl: page(targetId) }));
}
