/** The film of a session in seconds: its chapters, and what happened at which second. Pure. */
import type { ViewedEvent, ViewedStory, ViewedTest } from '../../contract/viewer';

/** A test, as a part of the film. */
export interface Chapter extends ViewedTest {
  /** Among all tests of the session, from 0. */
  position: number;
  /** In seconds of the film. */
  from: number;
  to: number;
}

/** Something that happened, and when in the film; undefined where nobody knows. */
export interface Moment extends ViewedEvent {
  at: number | undefined;
}

/** The film and what is known of it. */
export interface Film {
  path: string;
  durationS: number;
  chapters: Chapter[];
  moments: Moment[];
}

type Ready = Extract<ViewedStory['replay'], { state: 'ready' }>;

/** @param replay the film of the same story */
export function filmOf({ session, events }: ViewedStory, replay: Ready): Film {
  const durationS = replay.durationMs / 1000;
  const toSecond = (ms: number): number => (ms - replay.startMs) / 1000;
  const within = (second: number): number => Math.min(durationS, Math.max(0, second));
  return {
    path: replay.path,
    durationS,
    chapters: session.tests
      .map((test, position) => ({
        ...test,
        position,
        from: within(toSecond(test.startMs)),
        to: within(toSecond(test.endMs ?? session.endedMs ?? test.startMs)),
      }))
      .filter(({ from, to }) => to > from || from < durationS),
    moments: events.map((event) => ({
      ...event,
      at: event.atMs === null ? undefined : within(toSecond(event.atMs)),
    })),
  };
}

/** The chapter that a second belongs to. */
export function chapterAt(chapters: readonly Chapter[], second: number): Chapter | undefined {
  return chapters.findLast(({ from }) => from <= second + EPSILON_S);
}

/** The last thing that has happened by then: its position in the list, -1 for none. */
export function momentAt(moments: readonly Moment[], second: number): number {
  return moments.findLastIndex(({ at }) => at !== undefined && at <= second + EPSILON_S);
}

/** A film that was sent to a second stands a little before or after it. */
const EPSILON_S = 0.05;
