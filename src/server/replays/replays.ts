/** Replays of ended sessions, and clips of their tests, made when first asked for: most recordings are never watched. */
import { join } from 'node:path';
import { replaceFile } from '../../base/atomic-file';
import { readJson, writeJson } from '../../base/json';
import { FairQueue, type Order } from '../../base/queue';
import { tooMany, unavailable } from '../../contract/refusals';
import type { ViewedTest } from '../../contract/viewer';
import type { ClipEncoder } from '../../recording/clip-encoder';
import { CLIP_HOLD_MS } from '../../recording/clip-timeline';
import type { KnownSession } from '../sessions/known-session';
import { SessionFrames } from './session-frames';
import { clipFile, isKept, keepClip } from './test-clips';

/** How long the encoder's browser is kept for the next film, in milliseconds. */
const ENCODER_IDLE_MS = 30_000;
/** Clips of one session that may wait to be made: more than a person opens at once. */
const MAX_WAITING = 10;
/** What a caller beyond that should wait before the next try, in milliseconds: about three clips take as long. */
const RETRY_MS = 5_000;

/** The replay of a session. */
export interface SessionReplay {
  /** The MP4 on disk. */
  path: string;
  /** When the replay begins, in milliseconds after the session's start. */
  startMs: number;
  durationMs: number;
}

/**
 * Makes replays and clips, one after the other, with one encoder that is started when needed. Keys take turns, and so do the sessions of
 * a key. A replay stays in its session's folder, clips for a while.
 */
export class Replays {
  readonly #launchEncoder: () => Promise<ClipEncoder>;
  readonly #queue = new FairQueue(MAX_WAITING, tooManyClips);
  #isClosed = false;
  #encoder: Promise<ClipEncoder> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(launchEncoder: () => Promise<ClipEncoder>) {
    this.#launchEncoder = launchEncoder;
  }

  /**
   * The replay of an ended session; undefined when nothing was recorded. Made once; after a failure the next call tries again.
   * @param left - aborted when the caller has left
   */
  async replay(session: KnownSession, left: AbortSignal): Promise<SessionReplay | undefined> {
    if (!session.wasRecorded) return undefined;
    const line = { what: 'replay', key: replayPath(session) };
    return (
      (await readReplay(session)) ??
      this.#queue.run(orderOf(session, line, left), () => this.#makeReplay(session))
    );
  }

  /**
   * The MP4 on disk of one test of an ended session, cut as those in reports are; undefined when there is no picture of it.
   * @throws {@link RateLimitError} when many clips of the session wait to be made
   */
  async clip(
    session: KnownSession,
    test: ViewedTest,
    left: AbortSignal,
  ): Promise<string | undefined> {
    if (!session.wasRecorded) return undefined;
    const path = clipFile(session, test);
    if (await isKept(path)) return path;
    const order = orderOf(session, { what: 'clips', key: path }, left);
    return this.#queue.run(order, () => this.#makeClip(session, test));
  }

  /** Ends the encoder's browser. What is not made by then fails, and nothing is written any more when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#endEncoder();
    await this.#queue.drained();
  }

  async #makeReplay(session: KnownSession): Promise<SessionReplay | undefined> {
    this.#refuseClosed();
    return SessionFrames.use(session, async ({ store, film }) => {
      if (!film) return undefined;
      const replay = {
        path: replayPath(session),
        startMs: film.fromMs - session.createdAt.getTime(),
        durationMs: film.toMs - film.fromMs,
      };
      await saveReplay(session, replay, await this.#encode({ store, ...film }));
      return replay;
    });
  }

  async #makeClip(session: KnownSession, test: ViewedTest): Promise<string | undefined> {
    this.#refuseClosed();
    return SessionFrames.use(session, async (frames) => {
      const span = frames.spanOf(test);
      if (!span) return undefined;
      const { store } = frames;
      const path = clipFile(session, test);
      await keepClip(session, path, await this.#encode({ store, ...span, holdMs: CLIP_HOLD_MS }));
      return path;
    });
  }

  async #encode(job: Parameters<ClipEncoder['encode']>[0]): Promise<Buffer> {
    this.#refuseClosed();
    clearTimeout(this.#idle);
    this.#encoder ??= this.#launchEncoder();
    try {
      return await (await this.#encoder).encode(job);
    } catch (error) {
      await this.#endEncoder(); // a new one for the next film
      throw error;
    } finally {
      this.#idle = setTimeout(() => void this.#endEncoder(), ENCODER_IDLE_MS).unref();
    }
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw unavailable('The session server is closing.');
  }

  async #endEncoder(): Promise<void> {
    clearTimeout(this.#idle);
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.then((it) => it.close()).catch(() => {}); // it never came up
  }
}

function tooManyClips(): Error {
  return tooMany(
    `${MAX_WAITING} clips of this session wait to be made, which is as many as may wait. Ask again when some of them are done.`,
    RETRY_MS,
  );
}

/** Work for the owner of the session, whoever asks for it. */
function orderOf(
  { owner = '', id }: KnownSession,
  { what, key }: { what: string; key: string },
  left: AbortSignal,
): Order {
  return { key, group: owner, line: `${id} ${what}`, left };
}

function replayPath({ folder }: KnownSession): string {
  return join(folder.recording, 'replay.mp4');
}

/** What is told of the replay is written last: where it is, the replay is whole. */
async function saveReplay(
  { folder }: KnownSession,
  { path, startMs, durationMs }: SessionReplay,
  mp4: Buffer,
): Promise<void> {
  await replaceFile(path, mp4, { isDurable: false });
  await writeJson(join(folder.recording, 'replay.json'), {
    start_ms: startMs,
    duration_ms: durationMs,
  });
}

async function readReplay(session: KnownSession): Promise<SessionReplay | undefined> {
  const told = (await readJson(join(session.folder.recording, 'replay.json'))) as
    { start_ms: number; duration_ms: number } | undefined;
  return (
    told && { path: replayPath(session), startMs: told.start_ms, durationMs: told.duration_ms }
  );
}
