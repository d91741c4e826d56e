/** The recording of a session's story. Pure. */
import type { ViewedReplay, ViewedStory } from '../../contract/viewer';
import type { Recording } from '../../ui/recording';

/** @param replay - the replay of the same story */
export function recordingOf(
  { session, events }: ViewedStory,
  { startMs, durationMs }: Extract<ViewedReplay, { state: 'ready' }>,
): Recording {
  const within = (ms: number): number => Math.min(durationMs, Math.max(0, ms - startMs));
  return {
    durationMs,
    chapters: session.tests
      .map((test, position) => ({
        title: test.title,
        outcome: test.outcome,
        hasPictures: test.hasPictures === true,
        position,
        fromMs: within(test.startMs),
        toMs: within(test.endMs ?? session.endedMs ?? test.startMs),
      }))
      .filter(({ fromMs, toMs }) => toMs > fromMs || fromMs < durationMs),
    events: events.map((event) => ({
      ...event,
      atMs: event.atMs === null ? null : within(event.atMs),
    })),
  };
}
