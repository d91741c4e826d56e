/** The replay of a session that has ended, and the clips of its tests. */
import { orAfter } from '../../base/deadline';
import { addresses } from '../../contract/addresses';
import { fillPath } from '../../contract/paths';
import type { ViewedTest } from '../../contract/viewer';
import { REPLAY_STILL_ACTIVE } from '../../contract/replay';
import { notFound } from '../../contract/refusals';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import type { SessionReplay, Replays } from '../replays/replays';
import { leftUnanswered } from '../http/leaving';
import { sendFile } from '../http/send-file';
import type { KnownSession } from '../sessions/known-session';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import type { Handlers, OperationCall } from './bind';

/** How long a call waits for a replay that is being made, in milliseconds: below the shortest client deadline. After that the client polls. */
const REPLAY_WAIT_MS = 10_000;

/** What these routes work with. */
export interface RecordingRouteParts {
  registry: SessionRegistry;
  replays: Replays;
  signer: UrlSigner;
  /** How long the URLs of a replay work, in milliseconds. @default one hour */
  replayUrlMs?: number | undefined;
}

/** The replay of a session. */
export function replayHandlers(parts: RecordingRouteParts): Handlers<'getReplay'> {
  return { getReplay: async (call) => findReplay(parts, call) };
}

/** Its files. */
export function recordingRoutes(parts: RecordingRouteParts): Route[] {
  const open = (path: string, answer: typeof sendReplay): Route => ({
    method: 'GET',
    path,
    open: true,
    handle: (exchange) =>
      answer(parts, parts.registry.get(exchange.params['sessionId'] ?? ''), exchange),
  });
  return [open(addresses.replayFile, sendReplay), open(addresses.clipFile, sendClip)];
}

/** Clients stop polling when they read that the session is still active, and go on at any other 404. */
async function findReplay(
  { replays, signer, replayUrlMs = URL_MS }: RecordingRouteParts,
  { session, baseUrl, response }: OperationCall<'getReplay'>,
) {
  if (session.status === 'active')
    throw notFound(
      `The session ${session.id} is ${REPLAY_STILL_ACTIVE}: its replay is there once it has ended.`,
    );
  await session.end({ status: 'closed', reason: null }); // it may still be ending: the last picture counts
  const left = leftUnanswered(response);
  const replay = await orAfter(replays.replay(session, left), REPLAY_WAIT_MS, 'pending' as const);
  if (replay === 'pending')
    throw notFound(`The replay of session ${session.id} is not ready yet. Ask again in a moment.`);
  const expiresAt = new Date(Date.now() + replayUrlMs);
  const mp4Url = replay ? baseUrl + replayPath(signer, session, expiresAt) : null;
  return {
    mp4Url,
    playlistContent: null,
    expiresAt,
    videoStart: replay?.startMs ?? null,
    videoDuration: replay?.durationMs ?? null,
  };
}

async function sendReplay(
  { replays, signer }: RecordingRouteParts,
  session: KnownSession,
  { request, response, query, admit }: Exchange,
): Promise<void> {
  signer.check(replayName(session), query, 'replay');
  admit({ link: session.id });
  const { path } = await replayOf(session, replays, leftUnanswered(response));
  await sendFile(request, response, { path, contentType: 'video/mp4' });
}

async function sendClip(
  { replays, signer }: RecordingRouteParts,
  session: KnownSession,
  { request, response, query, params, admit }: Exchange,
): Promise<void> {
  const position = params['test'] ?? '';
  signer.check(clipName(session, position), query, 'clip');
  admit({ link: session.id });
  const test = await testAt(session, position);
  const path = await clipOf({ replays, session, test, left: leftUnanswered(response) });
  await sendFile(request, response, { path, contentType: 'video/mp4' });
}

/**
 * A test of a session that has ended.
 * @param position among its tests, from 0
 * @throws {@link NotFoundError}
 */
export async function testAt(session: KnownSession, position: string): Promise<ViewedTest> {
  const test = /^\d+$/.test(position) ? (await session.allTests())[Number(position)] : undefined;
  if (!test) throw notFound(`Session ${session.id} has no test ${position}: they count from 0.`);
  return test;
}

/**
 * Where its clip is, which is made if need be.
 * @throws {@link NotFoundError} when there is no picture of it
 */
export async function clipOf({
  replays,
  session,
  test,
  left,
}: {
  replays: Replays;
  session: KnownSession;
  test: ViewedTest;
  left: AbortSignal;
}): Promise<string> {
  const path = await replays.clip(session, test, left);
  if (path === undefined) throw notFound(`There are no pictures of the test "${test.title}".`);
  return path;
}

/** @throws {@link NotFoundError} when nothing was recorded */
async function replayOf(
  session: KnownSession,
  replays: Replays,
  left: AbortSignal,
): Promise<SessionReplay> {
  const replay = await replays.replay(session, left);
  if (!replay) throw notFound(`Nothing was recorded of session ${session.id}.`);
  return replay;
}

/** Path and query of the MP4, below the server's base; it works for a while. */
export function replayPath(signer: UrlSigner, session: KnownSession, expiresAt: Date): string {
  return `${replayName(session)}?${signer.sign(replayName(session), expiresAt)}`;
}

/** The same of a test's clip. */
export function clipPath(
  signer: UrlSigner,
  session: KnownSession,
  { position, expiresAt }: { position: string; expiresAt: Date },
): string {
  const name = clipName(session, position);
  return `${name}?${signer.sign(name, expiresAt)}`;
}

function clipName(session: KnownSession, test: string): string {
  return fillPath(addresses.clipFile, { sessionId: session.id, test });
}

function replayName(session: KnownSession): string {
  return fillPath(addresses.replayFile, { sessionId: session.id });
}
