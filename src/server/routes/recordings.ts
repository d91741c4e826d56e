/** Routes to see a session: its replay once it has ended, and the page that shows it live. */
import { orAfter } from '../../base/deadline';
import { isToken } from '../../base/tokens';
import { addresses } from '../../contract/addresses';
import { fillPath } from '../../contract/paths';
import { REPLAY_STILL_ACTIVE } from '../../contract/replay';
import { badRequest, notFound } from '../../contract/refusals';
import { isTheirs, NOBODY } from '../accounts/account';
import type { Auth } from '../http/auth';
import { hlsReplay, hlsPlaylist } from '../replays/hls';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { SessionReplay, Replays } from '../replays/replays';
import { sendFile } from '../http/send-file';
import type { KnownSession } from '../sessions/known-session';
import { sessionUrls } from '../sessions/session-urls';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import { viewerPage } from '../viewer/viewer-page';
import type { Handlers, OperationCall } from './bind';

/** How long a call waits for a replay that is being made, in milliseconds: below the shortest client deadline. After that the client polls. */
const REPLAY_WAIT_MS = 10_000;

/** Has a web browser ask its user for the key. */
const SIGN_IN = 'Basic realm="sessionwright: the API key is the password", charset="UTF-8"';

/** What these routes work with. */
export interface RecordingRouteParts {
  registry: SessionRegistry;
  auth: Auth;
  replays: Replays;
  signer: UrlSigner;
  /** How long the URLs of a replay work, in milliseconds. @default one hour */
  replayUrlMs?: number | undefined;
}

type ReplayParts = Omit<RecordingRouteParts, 'auth'>;

/** The replay of a session. */
export function replayHandlers(parts: ReplayParts): Handlers<'getReplay'> {
  return { getReplay: async (call) => findReplay(parts, call) };
}

/** Its replay, and the viewer. */
export function recordingRoutes(parts: RecordingRouteParts): Route[] {
  const open = (path: string, answer: typeof sendReplay | typeof showViewer): Route => ({
    method: 'GET',
    path,
    open: true,
    handle: (exchange) =>
      answer(parts, parts.registry.get(exchange.params['sessionId'] ?? ''), exchange),
  });
  return [
    open(addresses.replayFile, sendReplay),
    open(addresses.replayParts, sendHlsReplay),
    open(addresses.viewer, showViewer),
  ];
}

/** Clients stop polling when they read that the session is still active, and go on at any other 404. */
async function findReplay(
  { replays, signer, replayUrlMs = URL_MS }: ReplayParts,
  { session, baseUrl }: OperationCall<'getReplay'>,
) {
  if (session.status === 'active')
    throw notFound(
      `The session ${session.id} is ${REPLAY_STILL_ACTIVE}: its replay is there once it has ended.`,
    );
  await session.end({ status: 'closed', reason: null }); // it may still be ending: the last picture counts
  const replay = await orAfter(replays.replay(session), REPLAY_WAIT_MS, 'pending' as const);
  if (replay === 'pending')
    throw notFound(`The replay of session ${session.id} is not ready yet. Ask again in a moment.`);
  const expiresAt = new Date(Date.now() + replayUrlMs);
  const mp4Url = replay ? baseUrl + replayPath(signer, session, expiresAt) : null;
  const hls = replay && (await hlsReplay(replay.path).catch(() => undefined)); // an addition: without it there still is the replay
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
    videoStartMs: replay?.startMs ?? null,
    videoDurationMs: replay?.durationMs ?? null,
  };
}

async function sendReplay(
  { replays, signer }: RecordingRouteParts,
  session: KnownSession,
  { request, response, query }: Exchange,
): Promise<void> {
  signer.check(replayName(session), query, 'replay');
  const { path } = await replayOf(session, replays);
  await sendFile(request, response, { path, contentType: 'video/mp4' });
}

/** In ranges, as the playlist has them. */
async function sendHlsReplay(
  { replays, signer }: RecordingRouteParts,
  session: KnownSession,
  { request, response, query }: Exchange,
): Promise<void> {
  signer.check(hlsName(session), query, 'replay');
  const { path } = await hlsReplay((await replayOf(session, replays)).path);
  await sendFile(request, response, { path, contentType: 'video/mp4' });
}

/** @throws {@link NotFoundError} when nothing was recorded */
async function replayOf(session: KnownSession, replays: Replays): Promise<SessionReplay> {
  const replay = await replays.replay(session);
  if (!replay) throw notFound(`Nothing was recorded of session ${session.id}.`);
  return replay;
}

/**
 * Whoever has the token, which is in the `viewer_url`, may watch; whoever has none is asked for the key: links without it stand in reports.
 * @throws {@link ApiError} 401
 */
function checkWatcher(
  { auth }: RecordingRouteParts,
  session: KnownSession,
  { request, response, query }: Exchange,
): void {
  const token = query.get('token');
  if (isToken(token, session.viewerToken)) return;
  if (token === null && isTheirs(auth.signedIn(request) ?? NOBODY, session.owner)) return;
  if (token === null) response.setHeader('www-authenticate', SIGN_IN);
  throw badRequest(
    401,
    'unauthorized',
    token === null
      ? `Session ${session.id} is shown to whoever signs in with the API key that started it, by any name; or use its viewer_url as it is.`
      : `The token does not show session ${session.id}. Use its viewer_url as it is.`,
  );
}

function showViewer(parts: RecordingRouteParts, session: KnownSession, exchange: Exchange): void {
  checkWatcher(parts, session, exchange);
  const { signer } = parts;
  const { response, baseUrl } = exchange;
  const isActive = session.status === 'active';
  const { recording } = sessionUrls(session, baseUrl);
  const { html, policy } = viewerPage({
    sessionId: session.id,
    recordingPath: isActive ? pathOf(recording) : undefined,
    replayPath:
      isActive || !session.wasRecorded
        ? undefined
        : pathOf(baseUrl + replayPath(signer, session, new Date(Date.now() + URL_MS))),
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

/** From the root of its host. */
function pathOf(url: string): string {
  return url.slice(new URL(url).origin.length);
}

function replayPath(signer: UrlSigner, session: KnownSession, expiresAt: Date): string {
  return `${replayName(session)}?${signer.sign(replayName(session), expiresAt)}`;
}

function replayName(session: KnownSession): string {
  return fillPath(addresses.replayFile, { sessionId: session.id });
}

/** The name of the replay in parts, which players of {@link hlsPlaylist} fetch. */
function hlsName(session: KnownSession): string {
  return fillPath(addresses.replayParts, { sessionId: session.id });
}
