/** A recording of a browser session with its tests and events. Times are in milliseconds from the start of the recording. */
import type { Outcome } from './parts';

export interface Recording {
  durationMs: number;
  /** The tests in it; empty if it shows one test only. */
  chapters: readonly Chapter[];
  /** In their order. */
  events: readonly RecordingEvent[];
}

/** A test of a session, as a part of its recording. */
export interface Chapter {
  title: string;
  outcome: Outcome;
  /** Position among all tests of the session, from 0. */
  position: number;
  fromMs: number;
  toMs: number;
  /** Whether the recorder ran during the test. */
  hasPictures: boolean;
}

export interface RecordingEvent {
  kind: 'step' | 'console' | 'request' | 'exception' | 'error';
  /** Null if unknown. */
  atMs: number | null;
  durationMs?: number | undefined;
  level: 'info' | 'warning' | 'error';
  /** Such as `Click`, or the text of a console message. */
  title: string;
  /** Such as the selector, or the reason of a failure; may be empty. */
  detail: string;
  /** The line of code, or the URL. */
  location?: string | undefined;
  /** How many steps contain this one. @default 0 */
  depth?: number | undefined;
  /** Identifies a step: when it is reported again, or in another attempt of its test. */
  id?: string | undefined;
  isRunning?: boolean | undefined;
}

/** A chapter and its events. */
export interface Section {
  /** Undefined for events before the first chapter. */
  chapter: Chapter | undefined;
  events: RecordingEvent[];
}

/** A video can be slightly off the moment it was moved to. */
const TOLERANCE_MS = 50;

/** The chapter at a moment. */
export function chapterAt(chapters: readonly Chapter[], atMs: number): Chapter | undefined {
  return chapters.findLast(({ fromMs }) => fromMs <= atMs + TOLERANCE_MS);
}

/** The last event at or before a moment. */
export function eventAt<E extends RecordingEvent>(
  events: readonly E[],
  atMs: number,
): E | undefined {
  return events.findLast((event) => event.atMs !== null && event.atMs <= atMs + TOLERANCE_MS);
}

/** Events by chapter. */
export function sectionsOf(
  chapters: readonly Chapter[],
  events: readonly RecordingEvent[],
): Section[] {
  const before: Section = { chapter: undefined, events: [] };
  const sections = new Map(
    chapters.map((chapter): [Chapter, Section] => [chapter, { chapter, events: [] }]),
  );
  for (const event of events) {
    const chapter = event.atMs === null ? undefined : chapterAt(chapters, event.atMs);
    const section = chapter && sections.get(chapter);
    (section ?? before).events.push(event);
  }
  return [...(before.events.length > 0 ? [before] : []), ...sections.values()];
}
