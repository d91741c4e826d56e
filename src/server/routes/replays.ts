/** Replays of ended sessions and clips of their tests, for the API and for the viewer. */
import { orAfter } from '../../base/deadline';
import { addresses } from '../../contract/addresses';
import { fillPath } from '../../contract/paths';
import { notFound } from '../../contract/refusals';
import { REPLAY_STILL_ACTIVE } from '../../contract/replay';
import type { ViewedClip, ViewedReplay } from '../../contract/viewer';
import type { Exchange } from '../http/http-router';
import { URL_MS, type UrlSigner } from '../http/signed-urls';
import type { Replays } from '../replays/replays';
import { sessionUrls, type KnownSession } from '../sessions/known-session';
import type { Handlers } from './bind';

/** How long a call of the API waits for a replay, in milliseconds: less than the shortest timeout of a client. Then the client polls. */
const REPLAY_WAIT_MS = 10_000;
/** How long the viewer waits for a replay or a clip, in milliseconds. Then it asks again. */
const VIEWER_WAIT_MS = 5_000;

/** What replays and clips need. */
interface ReplayParts {
  replays: Replays;
  signer: UrlSigner;
}

/** The replay of a session. Clients stop polling at the 404 of a running session, and continue at any other 404. */
export function replayHandlers({ replays, signer }: ReplayParts) {
  return {
    getReplay: async ({ session, baseUrl, left }) => {
      if (session.status === 'active')
        throw notFound(
          `The session ${session.id} is ${REPLAY_STILL_ACTIVE}: stop it to get its replay.`,
        );
      await ended(session);
      const replay = await orAfter(replays.replay(session, left), REPLAY_WAIT_MS, 'pending');
      if (replay === 'pending')
        throw notFound(`The replay of session ${session.id} is not ready yet. Try again soon.`);
      const expiresAt = new Date(Date.now() + URL_MS);
      return {
        mp4Url: replay ? baseUrl + signer.sign(replayAddress(session), { expiresAt }) : null,
        playlistContent: null,
        viewerUrl: sessionUrls(session, baseUrl).viewer,
        expiresAt,
        videoStart: replay?.startMs ?? null,
        videoDuration: replay?.durationMs ?? null,
      };
    },
  } satisfies Partial<Handlers>;
}

/** The replay on the page of an ended session. */
export async function viewedReplay(
  { replays, signer }: ReplayParts,
  session: KnownSession,
  { baseUrl, left }: Exchange,
): Promise<ViewedReplay> {
  await ended(session);
  const making = replays.replay(session, left).catch(() => undefined);
  const replay = await orAfter(making, VIEWER_WAIT_MS, 'pending');
  if (replay === 'pending') return { state: 'pending' };
  if (!replay) return { state: 'none' };
  return {
    state: 'ready',
    path: basePathOf(baseUrl) + signer.sign(replayAddress(session)),
    startMs: session.createdAt.getTime() + replay.startMs,
    durationMs: replay.durationMs,
  };
}

/**
 * The clip of one test on the page of an ended session.
 * @throws {@link NotFoundError} while the session runs, and as {@link findClip}
 */
export async function viewedClip(
  { replays, signer }: ReplayParts,
  session: KnownSession,
  { baseUrl, params, left }: Exchange,
): Promise<ViewedClip> {
  if (session.status === 'active')
    throw notFound(`The session ${session.id} still runs: stop it to get its clips.`);
  await ended(session);
  const { test = '' } = params;
  const making = findClip(replays, session, { position: test, left });
  if ((await orAfter(making, VIEWER_WAIT_MS, 'pending')) === 'pending') return { state: 'pending' };
  const path = fillPath(addresses.clipFile, { sessionId: session.id, test });
  return { state: 'ready', path: basePathOf(baseUrl) + signer.sign(path) };
}

/**
 * The file of a test's clip, which is made if necessary.
 * @param clip.position - the position among the session's tests, from 0
 * @throws {@link NotFoundError} if there is no such test, or no picture of it
 */
export async function findClip(
  replays: Replays,
  session: KnownSession,
  { position, left }: { position: string; left: AbortSignal },
): Promise<string> {
  const tests = await session.allTests();
  const test = /^\d+$/.test(position) ? tests[Number(position)] : undefined;
  if (!test) throw notFound(`Session ${session.id} has no test ${position}: they count from 0.`);
  const path = await replays.clip(session, test, left);
  if (path === undefined) throw notFound(`There are no pictures of the test "${test.title}".`);
  return path;
}

/** The path below which the server answers; empty for the root of its host. */
export function basePathOf(baseUrl: string): string {
  return new URL(baseUrl).pathname.replace(/\/$/, '');
}

function replayAddress({ id }: KnownSession): string {
  return fillPath(addresses.replayFile, { sessionId: id });
}

/** A session that has just been stopped still takes its last picture. */
async function ended(session: KnownSession): Promise<void> {
  await session.end({ status: 'closed', reason: null });
}
