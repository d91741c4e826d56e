/** Messages between the viewer's pages and the session server, which the cloud's API does not have. The pages import only types. */
import * as z from 'zod';

import type { SessionStatus } from './session';
import type { TestOutcome, TestRun } from './test-notes';

export type { TestOutcome, TestRun } from './test-notes';

/** One test of a session. Times are those of `Date.now()`. */
export interface ViewedTest {
  title: string;
  startMs: number;
  /** Null while it runs. */
  endMs: number | null;
  outcome: TestOutcome;
  /** Index of its worker, if known. */
  worker?: number | undefined;
  /** Whether the recorder ran during the test. Only set for an ended session. */
  hasPictures?: boolean | undefined;
}

/** A session on every page of the viewer. Times are those of `Date.now()`. */
export interface ViewedSession {
  id: string;
  status: SessionStatus;
  /** Why it ended; null if it was stopped. */
  reason: string | null;
  createdMs: number;
  endedMs: number | null;
  /** The newest tests, oldest first. */
  tests: ViewedTest[];
  /** The number of all tests. */
  testCount: number;
}

/** One tab of a running session. */
export interface ViewedTab {
  id: string;
  title: string;
  url: string;
}

/** An event of a session, for the list next to the picture. */
export interface ViewedEvent {
  kind: 'step' | 'console' | 'request';
  /** Milliseconds since the epoch; null if unknown. */
  atMs: number | null;
  /** `error` for failures. */
  level: 'info' | 'warning' | 'error';
  /** Such as `Click`, or the text of a console message. */
  title: string;
  /** Such as the selector, or the reason of a failure; may be empty. */
  detail: string;
  /** The line of a test, such as `shop.spec.ts:12`. */
  location?: string | undefined;
  /** Identifies a step of a test, which is sent again when it ends. */
  id?: string | undefined;
  /** True until the step ends. */
  isRunning?: boolean | undefined;
}

/** The replay of an ended session. */
export type ViewedReplay =
  | { state: 'pending' }
  | { state: 'none' }
  | {
      state: 'ready';
      /** Path and query of the MP4, from the root of the host. */
      path: string;
      /** When the recording begins, in milliseconds since the epoch. */
      startMs: number;
      durationMs: number;
    };

/** The clip of one test of an ended session. Poll while it is pending. */
export type ViewedClip =
  | { state: 'pending' }
  | {
      state: 'ready';
      /** Path and query of the MP4, from the root of the host. */
      path: string;
    };

/** The content of a session's page. */
export interface ViewedStory {
  session: ViewedSession;
  /** Oldest first; empty until the replay is ready. The live socket sends those of a running session. */
  events: ViewedEvent[];
  /** Null while the session runs. */
  replay: ViewedReplay | null;
}

/** One session on the wall. */
export interface WallSession extends Omit<ViewedSession, 'tests' | 'testCount'> {
  /** The test that runs, or the last one. */
  test: ViewedTest | null;
  /** The run of that test; null if unknown. */
  run: TestRun | null;
  testsDone: number;
  testsFailed: number;
  /** Path and query of its page, including the permission to watch. */
  viewerPath: string;
  /** The tab in front. Null once the session has ended. */
  tab: ViewedTab | null;
  /** Whether it has a recording. */
  wasRecorded: boolean;
}

/** The sessions that the caller may see, newest first. */
export interface Wall {
  /** The server's clock. */
  nowMs: number;
  sessions: WallSession[];
  /** The number of sessions that are left out. */
  left: number;
}

/**
 * What the live socket sends as text. Pictures come between, binary: the width and the height of the page in CSS pixels, two bytes each
 * (big-endian), and a JPEG.
 */
export type LiveMessage =
  | { kind: 'session'; session: ViewedSession; mayDrive: boolean; nowMs: number }
  /** Events before the connection. */
  | { kind: 'greeting'; events: ViewedEvent[] }
  | { kind: 'tabs'; tabs: ViewedTab[]; shown: string | null }
  | { kind: 'event'; event: ViewedEvent }
  /** A heartbeat every 20 seconds, because browsers hide pings from pages. */
  | { kind: 'beat' }
  | { kind: 'end'; session: ViewedSession };

/** Input of the live socket, from clients that may control the session; `show` from every client. Positions are CSS pixels of the page. */
export const liveInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('show'), tab: z.string() }),
  z.object({
    kind: z.literal('mouse'),
    type: z.enum(['mousePressed', 'mouseReleased', 'mouseMoved', 'mouseWheel']),
    x: z.number(),
    y: z.number(),
    button: z.enum(['none', 'left', 'middle', 'right']),
    /** The buttons that are down, as a bit mask. */
    buttons: z.number(),
    clickCount: z.number(),
    modifiers: z.number(),
    deltaX: z.number(),
    deltaY: z.number(),
  }),
  z.object({
    kind: z.literal('key'),
    type: z.enum(['keyDown', 'rawKeyDown', 'keyUp']),
    key: z.string(),
    code: z.string(),
    /** The typed text; may be empty. */
    text: z.string(),
    keyCode: z.number(),
    location: z.number(),
    modifiers: z.number(),
    repeat: z.boolean(),
  }),
  z.object({ kind: z.literal('paste'), text: z.string() }),
  z.object({ kind: z.literal('navigate'), url: z.string() }),
  z.object({ kind: z.literal('stop') }),
]);

export type LiveInput = z.infer<typeof liveInputSchema>;
