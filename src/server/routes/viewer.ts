/** Routes of the viewer: its pages, the files that they load, and their data. */
import * as z from 'zod';
import { isToken } from '../../base/tokens';
import { addresses } from '../../contract/addresses';
import { readBody } from '../../contract/checks';
import { badRequest, notFound } from '../../contract/refusals';
import type { ViewedStory } from '../../contract/viewer';
import type { HeavyWork } from '../../work/heavy-work';
import { isTheirs } from '../accounts/account';
import { sendBytes, sendJson } from '../http/answers';
import type { Auth } from '../http/auth';
import { acceptsHtml, type Exchange, type Route } from '../http/http-router';
import type { UrlSigner } from '../http/signed-urls';
import type { Replays } from '../replays/replays';
import { lastPicture, picturedTests } from '../replays/session-frames';
import type { KnownSession } from '../sessions/known-session';
import type { SessionRegistry } from '../sessions/registry';
import { viewedSession, viewedStory, viewedWall } from '../viewer/viewed-sessions';
import { PAGE_HEADERS, viewerFiles, viewerPage } from '../viewer/viewer-page';
import type { Handlers } from './bind';
import { basePathOf, viewedClip, viewedReplay } from './replays';

const ticketSchema = z.object({ ticket: z.string() });

/** What the viewer needs. */
interface ViewerParts {
  registry: SessionRegistry;
  replays: Replays;
  signer: UrlSigner;
  auth: Auth;
  work: HeavyWork;
}

/** The link to the wall. Its ticket follows a `#`, so no server and no log sees it. */
export function wallHandlers({ wall }: Auth) {
  return {
    openWall: ({ account, baseUrl }) => ({ url: `${baseUrl}/#ticket=${wall.issue(account)}` }),
  } satisfies Partial<Handlers>;
}

/** The wall, and the page of each session. */
export function viewerRoutes(parts: ViewerParts): Route[] {
  const { registry, auth } = parts;
  const get = (path: string, handle: Route['handle']): Route => ({
    ...{ method: 'GET', path, open: true, handle },
  });
  return [
    { ...get('/', sendPage), html: true },
    /** Web browsers always get the page, which asks for the key. */
    get(addresses.viewer, async (exchange) => {
      if (!acceptsHtml(exchange.request)) watchedSession(parts, exchange);
      await sendPage(exchange);
    }),
    get(addresses.viewerStory, async (exchange) => {
      const story = await storyOf(parts, watchedSession(parts, exchange), exchange);
      sendJson(exchange.response, story);
    }),
    get(addresses.viewerClip, async (exchange) => {
      const clip = await viewedClip(parts, watchedSession(parts, exchange), exchange);
      sendJson(exchange.response, clip);
    }),
    get(addresses.viewerPoster, async (exchange) => {
      const session = watchedSession(parts, exchange);
      const jpeg = await lastPicture(session);
      if (!jpeg) throw notFound(`Session ${session.id} has no recording.`);
      sendBytes(exchange.response, jpeg, { headers: { 'content-type': 'image/jpeg' } });
    }),
    get(addresses.wall, async ({ query, request, response, baseUrl, admit }) => {
      const account = auth.watcher(request, query.get('token'));
      admit({ link: `wall ${account.name ?? ''}` });
      const theirs = registry.all.filter(({ owner }) => isTheirs(account, owner));
      sendJson(response, await viewedWall(theirs, baseUrl));
    }),
    get(addresses.viewerFile, sendViewerFile), // after the wall, whose path matches too
    /** The wall's page exchanges its ticket for a pass. */
    {
      ...{ method: 'POST', path: addresses.wallPass, open: true },
      handle: async ({ json, response }) => {
        const { ticket } = readBody('Invalid ticket', ticketSchema, await json());
        sendJson(response, { pass: auth.wall.redeem(ticket) });
      },
    },
  ];
}

async function sendPage({ params, baseUrl, response }: Exchange): Promise<void> {
  const html = await viewerPage(params['sessionId'], basePathOf(baseUrl));
  sendBytes(response, Buffer.from(html), { headers: PAGE_HEADERS });
}

/** The name of such a file changes with its content. */
async function sendViewerFile({ params, response }: Exchange): Promise<void> {
  const { script, style } = await viewerFiles();
  const file = [script, style].find(({ name }) => name === params['name']);
  if (!file) throw notFound('There is no such file of the viewer. Load the page again.');
  const headers = {
    'content-type': file.mediaType,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  };
  sendBytes(response, file.bytes, { headers });
}

async function storyOf(
  parts: ViewerParts,
  session: KnownSession,
  exchange: Exchange,
): Promise<ViewedStory> {
  if (session.status === 'active')
    return { session: viewedSession(session), events: [], replay: null };
  const replay = await viewedReplay(parts, session, exchange);
  const tests = await session.allTests();
  if (replay.state !== 'ready')
    return { session: viewedSession(session, tests), events: [], replay };
  const pictured = await picturedTests(session, tests);
  return { ...(await viewedStory(session, pictured, parts.work)), replay };
}

/**
 * The session, for callers with the token of its link or the key.
 * @throws {@link ApiError} 401 for others
 */
function watchedSession({ registry, auth }: ViewerParts, exchange: Exchange): KnownSession {
  const { params, query, request, admit } = exchange;
  const { sessionId: id = '' } = params;
  const token = query.get('token');
  if (token === null) {
    const account = auth.account(request);
    admit({ account });
    return registry.get(id, account);
  }
  const session = registry.get(id);
  if (!isToken(token, session.viewerToken))
    throw badRequest(
      401,
      'unauthorized',
      `The token does not show session ${id}. Use its viewer_url unchanged.`,
    );
  admit({ link: `${id} viewer` });
  return session;
}
