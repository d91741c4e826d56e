/** The recorded frames of an ended session. */
import type { ViewedTest } from '../../contract/viewer';
import type { FrameStore } from '../../recording/frame-store';
import type { KnownSession } from '../sessions/known-session';

/** How long a replay shows its last frame at least, in milliseconds. */
const LAST_FRAME_MS = 100;

/** A part of a recording, in milliseconds since the epoch. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** Opens the frames of a session for `work`, and closes them after it. */
export async function withFrames<T>(
  session: KnownSession,
  work: (store: FrameStore) => Promise<T> | T,
): Promise<T> {
  const { FrameStore } = await import('../../recording/frame-store');
  const store = await FrameStore.open(session.folder.recording);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The recorded part of a session: from its start, or its first frame, to its end. Undefined without frames. */
export function recordedSpan(session: KnownSession, store: FrameStore): Span | undefined {
  const createdMs = session.createdAt.getTime();
  const frames = store.select(createdMs, Infinity);
  const [first, last] = [frames[0], frames.at(-1)];
  if (!first || !last) return undefined;
  return {
    fromMs: Math.max(createdMs, first.atMs),
    toMs: Math.max(session.endedAt?.getTime() ?? Date.now(), last.atMs + LAST_FRAME_MS), // the last frame is taken after the end
  };
}

/** The recorded part of a test. Undefined without frames of it. */
export function testSpan(
  session: KnownSession,
  store: FrameStore,
  { startMs, endMs }: ViewedTest,
  recorded = recordedSpan(session, store),
): Span | undefined {
  if (!recorded) return undefined;
  const fromMs = Math.max(startMs, session.createdAt.getTime());
  const toMs = Math.min(endMs ?? Infinity, recorded.toMs);
  return fromMs <= toMs && store.select(fromMs, toMs).length > 0 ? { fromMs, toMs } : undefined;
}

/** Adds to each test whether it has frames. */
export async function picturedTests(
  session: KnownSession,
  tests: readonly ViewedTest[],
): Promise<ViewedTest[]> {
  return withFrames(session, (store) => {
    const recorded = recordedSpan(session, store); // once, because sessions have thousands of tests
    return tests.map((test) => ({
      ...test,
      hasPictures: testSpan(session, store, test, recorded) !== undefined,
    }));
  });
}

/** The last recorded frame of an ended session, as JPEG; undefined without one. */
export async function lastPicture(session: KnownSession): Promise<Buffer | undefined> {
  if (!session.wasRecorded || session.status === 'active') return undefined; // the recorder still writes its frames
  return withFrames(session, async (store) => store.last && store.read(store.last));
}
