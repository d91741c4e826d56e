/** Routes of the viewer: its pages, the files that they load, and what they ask for. */
import * as z from 'zod';
import { orAfter } from '../../base/deadline';
import { isToken } from '../../base/tokens';
import { addresses } from '../../contract/addresses';
import { readBody } from '../../contract/checks';
import { badRequest, notFound } from '../../contract/refusals';
import type { ViewedClip, ViewedReplay } from '../../contract/viewer';
import { isTheirs, NOBODY } from '../accounts/account';
import type { Auth } from '../http/auth';
import { acceptsHtml, sendBytes, sendJson, type Exchange, type Route } from '../http/http-router';
import { leftUnanswered } from '../http/leaving';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import type { Replays } from '../replays/replays';
import { lastPicture, picturedTests } from '../replays/session-frames';
import type { KnownSession } from '../sessions/known-session';
import type { SessionRegistry } from '../sessions/registry';
import type { HeavyWork } from '../../work/heavy-work';
import { viewedSession, viewedStory, viewedWall } from '../viewer/viewed-sessions';
import { PAGE_HEADERS, viewerFiles, viewerPage } from '../viewer/viewer-page';
import type { Handlers } from './bind';
import { clipOf, clipPath, replayPath, testAt } from './recordings';

/** How long a page waits for a film that is being made, in milliseconds, until it asks again. */
const FILM_WAIT_MS = 5_000;
/** Has a client that shows no pages ask its user for the key. */
const SIGN_IN = 'Basic realm="sessionwright: the API key is the password", charset="UTF-8"';
/** A file's name changes with its content. */
const FOR_EVER = 'public, max-age=31536000, immutable';

const ticketSchema = z.object({ ticket: z.string() });

/** What these routes work with. */
export interface ViewerRouteParts {
  registry: SessionRegistry;
  replays: Replays;
  signer: UrlSigner;
  auth: Auth;
  work: HeavyWork;
}

/** The wall, and the page of each session. */
export function viewerRoutes(parts: ViewerRouteParts): Route[] {
  const get = (path: string, handle: Route['handle'], rest: Partial<Route> = {}): Route => ({
    ...{ method: 'GET', path, open: true, handle },
    ...rest,
  });
  return [
    get('/', async (exchange) => sendPage(exchange, undefined), { html: true }),
    get(addresses.viewer, async (exchange) => showSession(parts, exchange)),
    get(addresses.viewerStory, async (exchange) => sendStory(parts, exchange)),
    get(addresses.viewerClip, async (exchange) => sendClipState(parts, exchange)),
    get(addresses.viewerPoster, async (exchange) => sendPoster(parts, exchange)),
    get(addresses.wall, async (exchange) => sendWall(parts, exchange)),
    get(addresses.viewerFile, sendViewerFile),
    { method: 'POST', path: addresses.wallPass, open: true, handle: sendPass(parts) },
  ];
}

/** The link to the wall that its caller's browser may be told. The ticket stands behind a `#`, where no server and no log sees it. */
export function wallHandlers({ wall }: Auth): Handlers<'openWall'> {
  return {
    openWall: ({ account, baseUrl }) => ({ url: `${baseUrl}/#ticket=${wall.issue(account)}` }),
  };
}

/** What whoever runs tests tells of them. */
export function testNoteHandlers(): Handlers<'noteTests'> {
  return {
    noteTests: ({ session, body: { notes } }) => {
      session.note(notes);
      return { taken: notes.length };
    },
  };
}

/** A browser gets the page whatever its link is worth: the page says what is wrong with it, and asks for the key. Others are told at once. */
async function showSession(parts: ViewerRouteParts, exchange: Exchange): Promise<void> {
  if (!acceptsHtml(exchange.request)) checkWatcher(parts, exchange);
  await sendPage(exchange, exchange.params['sessionId']);
}

/**
 * Whoever has the token, which is in the `viewer_url`, may watch; whoever has none is asked for the key: links without it stand in reports.
 * @throws {@link ApiError} 401
 */
function checkWatcher({ registry, auth }: ViewerRouteParts, exchange: Exchange): void {
  const { params, request, response } = exchange;
  const id = params['sessionId'] ?? '';
  if (byToken(registry, exchange)) return;
  const session = registry.get(id);
  if (isTheirs(auth.signedIn(request) ?? NOBODY, session.owner)) return;
  response.setHeader('www-authenticate', SIGN_IN);
  throw badRequest(
    401,
    'unauthorized',
    `Session ${session.id} is shown to whoever signs in with the API key that started it, by any name; or use its viewer_url as it is.`,
  );
}

async function sendPage(
  { response, baseUrl }: Exchange,
  sessionId: string | undefined,
): Promise<void> {
  const html = await viewerPage(sessionId, basePathOf(baseUrl));
  response.writeHead(200, PAGE_HEADERS);
  response.end(html);
}

async function sendViewerFile({ params, response }: Exchange): Promise<void> {
  const { script, style } = await viewerFiles();
  const file = [script, style].find(({ name }) => name === params['name']);
  if (!file) throw notFound('There is no such file of the viewer. Load the page again.');
  response.setHeader('x-content-type-options', 'nosniff');
  sendBytes(response, file.bytes, file.mediaType, FOR_EVER);
}

/** For whoever has a pass, or a key. */
async function sendWall({ registry, auth }: ViewerRouteParts, exchange: Exchange): Promise<void> {
  const { query, request, baseUrl, response } = exchange;
  const account = auth.watcher(request, query.get('token'));
  exchange.admit({ link: `wall ${account.name ?? ''}` });
  const theirs = registry.all.filter(({ owner }) => isTheirs(account, owner));
  sendJson(response, 200, { body: await viewedWall(theirs, baseUrl) });
}

/** What the page of the wall keeps, in place of its ticket. */
function sendPass({ auth }: ViewerRouteParts): Route['handle'] {
  return async ({ json, response }) => {
    const { ticket } = readBody('Invalid ticket', ticketSchema, await json());
    sendJson(response, 200, { body: { pass: auth.wall.redeem(ticket) } });
  };
}

async function sendStory(parts: ViewerRouteParts, exchange: Exchange): Promise<void> {
  const session = watchedSession(parts, exchange);
  const isActive = session.status === 'active';
  const replay = isActive ? null : await findReplay(parts, session, exchange);
  const tests = isActive ? undefined : await session.allTests();
  const story =
    replay?.state === 'ready' && tests
      ? await viewedStory(session, await picturedTests(session, tests), parts.work)
      : { session: viewedSession(session, tests), events: [] }; // events are shown next to the replay
  sendJson(exchange.response, 200, { body: { ...story, replay } });
}

async function findReplay(
  { replays, signer }: ViewerRouteParts,
  session: KnownSession,
  { baseUrl, response }: Exchange,
): Promise<ViewedReplay> {
  await session.end({ status: 'closed', reason: null }); // it may still be ending: the last picture counts
  const found = await orAfter(
    replays.replay(session, leftUnanswered(response)).catch(() => undefined),
    FILM_WAIT_MS,
    'pending' as const,
  );
  if (found === 'pending') return { state: 'pending' };
  if (!found) return { state: 'none' };
  return {
    state: 'ready',
    path: basePathOf(baseUrl) + replayPath(signer, session, new Date(Date.now() + URL_MS)),
    startMs: session.createdAt.getTime() + found.startMs,
    durationMs: found.durationMs,
  };
}

/** Has a clip made. */
async function sendClipState(parts: ViewerRouteParts, exchange: Exchange): Promise<void> {
  const session = watchedSession(parts, exchange);
  if (session.status === 'active')
    throw notFound(`The session ${session.id} still runs: its clips are there once it has ended.`);
  await session.end({ status: 'closed', reason: null }); // it may still be ending
  const position = exchange.params['test'] ?? '';
  const test = await testAt(session, position);
  const left = leftUnanswered(exchange.response);
  const making = clipOf({ replays: parts.replays, session, test, left });
  const clip: ViewedClip =
    (await orAfter(making, FILM_WAIT_MS, undefined)) === undefined
      ? { state: 'pending' }
      : { state: 'ready', path: signedClip(parts, exchange, { session, position }) };
  sendJson(exchange.response, 200, { body: clip });
}

function signedClip(
  { signer }: ViewerRouteParts,
  { baseUrl }: Exchange,
  { session, position }: { session: KnownSession; position: string },
): string {
  const expiresAt = new Date(Date.now() + URL_MS);
  return basePathOf(baseUrl) + clipPath(signer, session, { position, expiresAt });
}

async function sendPoster(parts: ViewerRouteParts, exchange: Exchange): Promise<void> {
  const session = watchedSession(parts, exchange);
  const jpeg = await lastPicture(session);
  if (!jpeg) throw notFound(`Nothing was recorded of session ${session.id}.`);
  sendBytes(exchange.response, jpeg, 'image/jpeg');
}

/**
 * The session, for whoever has the link to it, or the key.
 * @throws {@link ApiError} 401 for others
 */
function watchedSession({ registry, auth }: ViewerRouteParts, exchange: Exchange): KnownSession {
  const shown = byToken(registry, exchange);
  if (shown) return shown;
  const account = auth.account(exchange.request);
  exchange.admit({ account });
  return registry.get(exchange.params['sessionId'] ?? '', account);
}

/**
 * The session that the token of the query shows; undefined without a token.
 * @throws {@link ApiError} 401 for the token of another one
 */
function byToken(
  registry: SessionRegistry,
  { params, query, admit }: Exchange,
): KnownSession | undefined {
  const id = params['sessionId'] ?? '';
  const token = query.get('token');
  if (token === null) return undefined;
  const session = registry.get(id);
  if (isToken(token, session.viewerToken)) {
    admit({ link: `${id} viewer` });
    return session;
  }
  throw badRequest(
    401,
    'unauthorized',
    `The token does not show session ${id}. Use its viewer_url as it is.`,
  );
}

/** The path below which the server answers; empty for the root of its host. */
function basePathOf(baseUrl: string): string {
  return new URL(baseUrl).pathname.replace(/\/$/, '');
}
