/** Replays of ended sessions, made when first asked for: most recordings are never watched. */
import { join } from 'node:path';
import { replaceFile } from '../../base/atomic-file';
import { readJson, writeJson } from '../../base/json';
import { Queue } from '../../base/queue';
import type { ClipEncoder } from '../../recording/clip-encoder';
import { unavailable } from '../../contract/refusals';
import type { KnownSession } from '../sessions/known-session';

/** How long the last picture of a replay is seen at least, in milliseconds. */
const LAST_PICTURE_MS = 100;
/** How long the encoder's browser is kept for the next replay, in milliseconds. */
const ENCODER_IDLE_MS = 30_000;

/** The replay of a session. */
export interface SessionReplay {
  /** The MP4 on disk. */
  path: string;
  /** When the replay begins, in milliseconds after the session's start. */
  startMs: number;
  durationMs: number;
}

/** Makes replays, one after the other, with one encoder that is started when needed. A replay stays in its session's folder. */
export class Replays {
  readonly #launchEncoder: () => Promise<ClipEncoder>;
  /** By session id, while they are made. */
  readonly #making = new Map<string, Promise<SessionReplay | undefined>>();
  readonly #queue = new Queue();
  #isClosed = false;
  #encoder: Promise<ClipEncoder> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(launchEncoder: () => Promise<ClipEncoder>) {
    this.#launchEncoder = launchEncoder;
  }

  /** The replay of an ended session; undefined when nothing was recorded. Made once; after a failure the next call tries again. */
  async replay(session: KnownSession): Promise<SessionReplay | undefined> {
    if (!session.wasRecorded) return undefined;
    return (await readReplay(session)) ?? this.#making.get(session.id) ?? this.#enqueue(session);
  }

  /** Ends the encoder's browser. Replays that are not made by then fail, and nothing is written any more when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#endEncoder();
    await this.#queue.drained();
  }

  #enqueue(session: KnownSession): Promise<SessionReplay | undefined> {
    const making = this.#queue
      .run(() => this.#make(session))
      .finally(() => this.#making.delete(session.id));
    this.#making.set(session.id, making);
    return making;
  }

  /** From the frames on disk, whoever wrote them: this server, or one that was killed. */
  async #make(session: KnownSession): Promise<SessionReplay | undefined> {
    this.#refuseClosed();
    const { FrameStore } = await import('../../recording/frame-store');
    const frames = await FrameStore.open(session.folder.recording);
    try {
      const createdMs = session.createdAt.getTime();
      const pictures = frames.select(createdMs, Infinity);
      const [first, last] = [pictures[0], pictures.at(-1)];
      if (!first || !last) return undefined;
      const endMs = Math.max(session.endedAt?.getTime() ?? Date.now(), last.atMs + LAST_PICTURE_MS); // the last look comes after the end
      const fromMs = Math.max(createdMs, first.atMs);
      const replay = {
        path: replayPath(session),
        startMs: fromMs - createdMs,
        durationMs: endMs - fromMs,
      };
      await saveReplay(session, replay, await this.#encode({ store: frames, fromMs, toMs: endMs }));
      return replay;
    } finally {
      await frames.close();
    }
  }

  async #encode(job: Parameters<ClipEncoder['encode']>[0]): Promise<Buffer> {
    this.#refuseClosed();
    clearTimeout(this.#idle);
    this.#encoder ??= this.#launchEncoder();
    try {
      return await (await this.#encoder).encode(job);
    } catch (error) {
      await this.#endEncoder(); // a new one for the next replay
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
