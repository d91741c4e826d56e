/** Routes to see a session: its film once it has ended, and the page that shows it live. */
import { orAfter } from '../../base/deadline';
import { isToken } from '../../base/tokens';
import { addresses } from '../../contract/addresses';
import { fillPath } from '../../contract/paths';
import { REPLAY_STILL_ACTIVE } from '../../contract/replay';
import { badRequest, notFound } from '../../contract/refusals';
import { hlsFilm, hlsPlaylist } from '../replays/hls';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { Film, Replays } from '../replays/replays';
import { sendFile } from '../http/send-file';
import type { KnownSession } from '../sessions/known-session';
import { sessionUrls } from '../sessions/session-urls';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import { viewerPage } from '../viewer/viewer-page';
import type { Handlers, OperationCall } from './bind';

/** How long a call waits for a film that is being made, in milliseconds: below the shortest client deadline. After that the client polls. */
const FILM_WAIT_MS = 10_000;

/** What these routes work with. */
export interface RecordingRouteParts {
  registry: SessionRegistry;
  replays: Replays;
  signer: UrlSigner;
  /** How long the URLs of a film work, in milliseconds. @default one hour */
  filmUrlMs?: number | undefined;
}

/** The replay of a session. */
export function replayHandlers(parts: RecordingRouteParts): Handlers<'getReplay'> {
  return { getReplay: async (call) => findReplay(parts, call) };
}

/** Its film, and the viewer. */
export function recordingRoutes(parts: RecordingRouteParts): Route[] {
  const open = (path: string, answer: typeof sendFilm | typeof showViewer): Route => ({
    method: 'GET',
    path,
    open: true,
    handle: (exchange) =>
      answer(parts, parts.registry.get(exchange.params['sessionId'] ?? ''), exchange),
  });
  return [
    open(addresses.replayFile, sendFilm),
    open(addresses.replayParts, sendHlsFilm),
    open(addresses.viewer, showViewer),
  ];
}

/** Clients stop polling when they read that the session is still active, and go on at any other 404. */
async function findReplay(
  { replays, signer, filmUrlMs = URL_MS }: RecordingRouteParts,
  { session, baseUrl }: OperationCall<'getReplay'>,
) {
  if (session.status === 'active')
    throw notFound(
      `The session ${session.id} is ${REPLAY_STILL_ACTIVE}: its replay is there once it has ended.`,
    );
  await session.end({ status: 'closed', reason: null }); // it may still be ending: the last picture counts
  const film = await orAfter(replays.film(session), FILM_WAIT_MS, 'pending' as const);
  if (film === 'pending')
    throw notFound(`The replay of session ${session.id} is not ready yet. Ask again in a moment.`);
  const expiresAt = new Date(Date.now() + filmUrlMs);
  const mp4Url = film ? baseUrl + filmPath(signer, session, expiresAt) : null;
  const hls = film && (await hlsFilm(film.path).catch(() => undefined)); // an addition: without it there still is the film
  const playlistContent = hls
    ? hlsPlaylist(
        hls.index,
        `${baseUrl}${hlsName(session)}?${signer.sign(hlsName(session), expiresAt)}`,
      )
    : null;
  return {
    mp4Url,
    playlistContent,
    expiresAt,
    videoStartMs: film?.startMs ?? null,
    videoDurationMs: film?.durationMs ?? null,
  };
}

async function sendFilm(
  { replays, signer }: RecordingRouteParts,
  session: KnownSession,
  { request, response, query }: Exchange,
): Promise<void> {
  signer.check(filmName(session), query, 'replay');
  const { path } = await filmOf(session, replays);
  await sendFile(request, response, { path, contentType: 'video/mp4' });
}

/** In ranges, as the playlist has them. */
async function sendHlsFilm(
  { replays, signer }: RecordingRouteParts,
  session: KnownSession,
  { request, response, query }: Exchange,
): Promise<void> {
  signer.check(hlsName(session), query, 'replay');
  const { path } = await hlsFilm((await filmOf(session, replays)).path);
  await sendFile(request, response, { path, contentType: 'video/mp4' });
}

/** @throws {@link NotFoundError} when nothing was recorded */
async function filmOf(session: KnownSession, replays: Replays): Promise<Film> {
  const film = await replays.film(session);
  if (!film) throw notFound(`Nothing was recorded of session ${session.id}.`);
  return film;
}

function showViewer(
  { signer }: RecordingRouteParts,
  session: KnownSession,
  { response, query, baseUrl }: Exchange,
): void {
  if (!isToken(query.get('token'), session.viewerToken))
    throw badRequest(
      401,
      'unauthorized',
      `The token does not show session ${session.id}. Use its viewer_url as it is.`,
    );
  const isActive = session.status === 'active';
  const { recording } = sessionUrls(session, baseUrl);
  const { html, policy } = viewerPage({
    sessionId: session.id,
    recordingPath: isActive ? recording.slice(new URL(recording).origin.length) : undefined,
    filmPath:
      isActive || !session.wasRecorded
        ? undefined
        : filmPath(signer, session, new Date(Date.now() + URL_MS)),
  });
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(html);
}

function filmPath(signer: UrlSigner, session: KnownSession, expiresAt: Date): string {
  return `${filmName(session)}?${signer.sign(filmName(session), expiresAt)}`;
}

function filmName(session: KnownSession): string {
  return fillPath(addresses.replayFile, { sessionId: session.id });
}

/** The name of the film in parts, which players of {@link hlsPlaylist} fetch. */
function hlsName(session: KnownSession): string {
  return fillPath(addresses.replayParts, { sessionId: session.id });
}
