/** The last picture that was recorded of a session that has ended. */
import type { KnownSession } from '../sessions/known-session';

/** As JPEG; undefined when there is none. */
export async function lastPicture(session: KnownSession): Promise<Buffer | undefined> {
  if (!session.wasRecorded || session.status === 'active') return undefined; // its frames are being written
  const { FrameStore } = await import('../../recording/frame-store');
  const frames = await FrameStore.open(session.folder.recording);
  try {
    return frames.last && (await frames.read(frames.last));
  } finally {
    await frames.close();
  }
}
