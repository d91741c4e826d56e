/** Handlers that look into a session's browser: cookies, tabs, and how far it has come. */
import type { DebugTab } from '../../contract/debug';
import { notFound } from '../../contract/refusals';
import { fromCdp } from '../browsers/cdp-cookies';
import { setCookies as setCookiesOf } from '../browsers/set-cookies';
import type { LiveSession } from '../sessions/session';
import { whileActive } from '../sessions/session-call';
import { sessionUrls } from '../sessions/session-urls';
import type { Handler, Handlers } from './bind';

/** Cookies, debug information and offset. */
export function browserHandlers(): Handlers<
  'getCookies' | 'setCookies' | 'getDebugInfo' | 'getDebugTab' | 'getOffset'
> {
  return {
    getCookies,
    setCookies,
    getDebugInfo,
    getDebugTab,
    getOffset: ({ session }) => ({ offset: session.offset }),
  };
}

/** Of the default context: a session's own state. */
const getCookies: Handler<'getCookies'> = async ({ session }) => {
  const { cookies } = await whileActive(session, () =>
    session.browser.connection.send('Storage.getCookies', {}),
  );
  return { cookies: cookies.map(fromCdp) };
};

const setCookies: Handler<'setCookies'> = async ({ session, body: { cookies } }) => {
  const message = await whileActive(session, () =>
    setCookiesOf(session.browser.connection, cookies),
  );
  return { success: true, message };
};

const getDebugInfo: Handler<'getDebugInfo'> = async ({ session, baseUrl }) => {
  const { viewer, cdp, recording, logs } = sessionUrls(session, baseUrl);
  return {
    debugUrl: viewer,
    ws: { cdp, recording, logs },
    tabs: await whileActive(session, () => openTabs(session, baseUrl)),
  };
};

const getDebugTab: Handler<'getDebugTab'> = async ({ session, query: { index }, baseUrl }) => {
  const found = await whileActive(session, () => openTabs(session, baseUrl));
  const tab = found.at(index);
  if (!tab) throw notFound(`The session ${session.id} has no tab ${index}.`);
  return tab;
};

/** The tabs; the first one is opened when nobody has driven the session's browser yet. Later it would be one that its clients pay for, and close. */
async function openTabs(session: LiveSession, baseUrl: string): Promise<DebugTab[]> {
  const found = await tabs(session, baseUrl);
  if (found.length > 0 || session.hadClients) return found;
  await session.browser.ensurePage();
  return tabs(session, baseUrl);
}

async function tabs(session: LiveSession, baseUrl: string): Promise<DebugTab[]> {
  const { targets } = session.browser;
  await targets.refresh();
  const { viewer, page } = sessionUrls(session, baseUrl);
  return targets.pages.map(({ id, title, url }, tabId) => ({
    tabId,
    title,
    url,
    debugUrl: viewer,
    wsUrl: page(id),
  }));
}
