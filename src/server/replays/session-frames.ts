/** The pictures on disk of a session that has ended, whoever wrote them: this server, or one that was killed. */
import type { ViewedTest } from '../../contract/viewer';
import type { FrameStore } from '../../recording/frame-store';
import type { KnownSession } from '../sessions/known-session';

/** How long the last picture of a replay is seen at least, in milliseconds. */
const LAST_PICTURE_MS = 100;

/** A stretch of a recording, in milliseconds since the epoch. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** What can be filmed of one session. */
export class SessionFrames {
  readonly store: FrameStore;
  /** From the session's start, or its first picture, to its end; undefined without any picture. */
  readonly film: Span | undefined;
  readonly #createdMs: number;

  private constructor(session: KnownSession, store: FrameStore) {
    this.store = store;
    this.#createdMs = session.createdAt.getTime();
    const pictures = store.select(this.#createdMs, Infinity);
    const [first, last] = [pictures[0], pictures.at(-1)];
    if (!first || !last) return;
    this.film = {
      fromMs: Math.max(this.#createdMs, first.atMs),
      toMs: Math.max(session.endedAt?.getTime() ?? Date.now(), last.atMs + LAST_PICTURE_MS), // the last look comes after the end
    };
  }

  /** Opens them for as long as they are used. */
  static async use<T>(
    session: KnownSession,
    work: (frames: SessionFrames) => Promise<T> | T,
  ): Promise<T> {
    const { FrameStore } = await import('../../recording/frame-store');
    const store = await FrameStore.open(session.folder.recording);
    try {
      return await work(new SessionFrames(session, store));
    } finally {
      await store.close();
    }
  }

  /** From when to when a test is seen: from its begin to its end, as far as the session went. Undefined without a picture of it. */
  spanOf({ startMs, endMs }: ViewedTest): Span | undefined {
    if (!this.film) return undefined;
    const fromMs = Math.max(startMs, this.#createdMs);
    const toMs = Math.min(endMs ?? Infinity, this.film.toMs);
    if (fromMs > toMs || this.store.select(fromMs, toMs).length === 0) return undefined;
    return { fromMs, toMs };
  }
}

/** The tests, with whether there are pictures of each. */
export async function picturedTests(
  session: KnownSession,
  tests: readonly ViewedTest[],
): Promise<ViewedTest[]> {
  return SessionFrames.use(session, (frames) =>
    tests.map((test) => ({ ...test, hasPictures: frames.spanOf(test) !== undefined })),
  );
}

/** The last recorded picture of an ended session, as JPEG; undefined without one. */
export async function lastPicture(session: KnownSession): Promise<Buffer | undefined> {
  if (!session.wasRecorded || session.status === 'active') return undefined; // its frames are being written
  return SessionFrames.use(session, async ({ store }) => store.last && store.read(store.last));
}
