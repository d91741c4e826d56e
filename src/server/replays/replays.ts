/** Replays of ended sessions and clips of their tests, encoded on first request: most recordings are never watched. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../base/atomic-file';
import { readJson, writeJson } from '../../base/json';
import { FairQueue, type Order } from '../../base/queue';
import { tooMany, unavailable } from '../../contract/refusals';
import type { ViewedTest } from '../../contract/viewer';
import type { ClipEncoder } from '../../recording/clip-encoder';
import { CLIP_HOLD_MS } from '../../recording/clip-timeline';
import type { KnownSession } from '../sessions/known-session';
import { recordedSpan, testSpan, withFrames } from './session-frames';

/** How long the encoder's browser is kept for the next recording, in milliseconds. */
const ENCODER_IDLE_MS = 30_000;
/** Clips of one session that may wait to be made: more than a person opens at once. */
const MAX_WAITING = 10;
/** When a caller beyond that should try again, in milliseconds: about three clips take as long. */
const RETRY_MS = 5_000;
/** Clips kept per session: the newest ones, because each is quickly made again. */
const CLIPS_KEPT = 5;

/** The replay of a session. */
export interface SessionReplay {
  /** The MP4 on disk. */
  path: string;
  /** When the replay begins, in milliseconds after the session's start. */
  startMs: number;
  durationMs: number;
}

/**
 * Encodes replays and clips one after the other, with one encoder that starts when needed. Keys take turns, and so do the sessions of
 * a key. Replays and the newest clips stay in the session's folder.
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
   * The replay of an ended session; undefined without a recording. Made once; after a failure the next call tries again.
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
   * The MP4 on disk of one test of an ended session, cut as in reports; undefined without frames of it.
   * @throws {@link RateLimitError} when many clips of the session wait to be made
   */
  async clip(
    session: KnownSession,
    test: ViewedTest,
    left: AbortSignal,
  ): Promise<string | undefined> {
    if (!session.wasRecorded) return undefined;
    const path = clipFile(session, test);
    if (existsSync(path)) return path;
    const order = orderOf(session, { what: 'clips', key: path }, left);
    return this.#queue.run(order, () => this.#makeClip(session, test));
  }

  /** Ends the encoder's browser. Unfinished recordings fail. When it resolves, it writes no more files. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#endEncoder();
    await this.#queue.drained();
  }

  async #makeReplay(session: KnownSession): Promise<SessionReplay | undefined> {
    this.#refuseClosed();
    return withFrames(session, async (store) => {
      const span = recordedSpan(session, store);
      if (!span) return undefined;
      const replay = {
        path: replayPath(session),
        startMs: span.fromMs - session.createdAt.getTime(),
        durationMs: span.toMs - span.fromMs,
      };
      await saveReplay(session, replay, await this.#encode({ store, ...span }));
      return replay;
    });
  }

  async #makeClip(session: KnownSession, test: ViewedTest): Promise<string | undefined> {
    this.#refuseClosed();
    return withFrames(session, async (store) => {
      const span = testSpan(session, store, test);
      if (!span) return undefined;
      const mp4 = await this.#encode({ store, ...span, holdMs: CLIP_HOLD_MS });
      return keepClip(session, test, mp4);
    });
  }

  async #encode(job: Parameters<ClipEncoder['encode']>[0]): Promise<Buffer> {
    this.#refuseClosed();
    clearTimeout(this.#idle);
    this.#encoder ??= this.#launchEncoder();
    try {
      return await (await this.#encoder).encode(job);
    } catch (error) {
      await this.#endEncoder(); // the next recording gets a new one
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
    await encoder?.then((it) => it.close()).catch(() => {}); // it never started
  }
}

function tooManyClips(): Error {
  return tooMany(
    `${MAX_WAITING} clips of this session wait to be made, which is as many as may wait. Ask again when some of them are done.`,
    RETRY_MS,
  );
}

/** The session's owner waits in line, whoever the caller is. */
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

/** Writes `replay.json` last: its presence shows that the replay is complete. */
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
  const read = (await readJson(join(session.folder.recording, 'replay.json'))) as
    { start_ms: number; duration_ms: number } | undefined;
  return (
    read && { path: replayPath(session), startMs: read.start_ms, durationMs: read.duration_ms }
  );
}

function clipFile({ folder }: KnownSession, { startMs, endMs }: ViewedTest): string {
  return join(folder.recording, 'clips', `${startMs}-${endMs ?? 'end'}.mp4`);
}

/** Writes a clip, removes the oldest ones, and returns its path. */
async function keepClip(session: KnownSession, test: ViewedTest, mp4: Buffer): Promise<string> {
  const path = clipFile(session, test);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(path, mp4, { isDurable: false });
  const clips = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const clip = join(folder, name);
      return { clip, madeMs: (await stat(clip)).mtimeMs };
    }),
  );
  const old = clips.sort((a, b) => b.madeMs - a.madeMs).slice(CLIPS_KEPT);
  await Promise.all(old.map(async ({ clip }) => rm(clip, { force: true }).catch(() => {}))); // a caller may be reading it
  return path;
}
