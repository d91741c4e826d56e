/** What the viewer's page and the session server tell each other: no part of the cloud's API. Types only, so that the page loads nothing for it. */
import type { SessionStatus } from './session';
import type { TestOutcome, TestRun } from './test-notes';

export type { TestOutcome, TestRun } from './test-notes';

/** One test of a session, as a chapter of its film. Times as `Date.now()` tells them. */
export interface ViewedTest {
  title: string;
  startMs: number;
  /** Null while it runs. */
  endMs: number | null;
  outcome: TestOutcome;
  /** Number of the worker that runs it, where that is known. */
  worker?: number | undefined;
  /** Whether there are pictures of it; told of a session that has ended, with its film. */
  hasPictures?: boolean | undefined;
}

/** A session, as every page of the viewer shows it. Times as `Date.now()` tells them. */
export interface ViewedSession {
  id: string;
  status: SessionStatus;
  /** Why it ended, when it was not simply stopped. */
  reason: string | null;
  createdMs: number;
  endedMs: number | null;
  /** The newest ones, oldest first. */
  tests: ViewedTest[];
  /** How many there are, with the older ones. */
  testCount: number;
}

/** One tab of a running session. */
export interface ViewedTab {
  id: string;
  title: string;
  url: string;
}

/** Something that happened in a session, for the list beside the picture. */
export interface ViewedEvent {
  kind: 'step' | 'console' | 'request';
  /** As `Date.now()` tells it; null where nobody knows. */
  atMs: number | null;
  /** `error` for what failed. */
  level: 'info' | 'warning' | 'error';
  /** Such as `Click`, or the text of a console message. */
  title: string;
  /** Such as the selector, or why it failed; may be empty. */
  detail: string;
  /** Where a test says so, such as `shop.spec.ts:12`. */
  place?: string | undefined;
  /** Of a step of a test: it is told again, under the same id, when it is done. */
  id?: string | undefined;
  /** True as long as it goes on. */
  isRunning?: boolean | undefined;
}

/** The film of a session that has ended. */
export type ViewedReplay =
  | { state: 'pending' }
  | { state: 'none' }
  | {
      state: 'ready';
      /** Path and query of the MP4, from the root of the host. */
      path: string;
      /** When the film begins, as `Date.now()` tells it. */
      startMs: number;
      durationMs: number;
    };

/** The clip of one test of a session that has ended. While it is being made, whoever wants it asks again. */
export type ViewedClip =
  | { state: 'pending' }
  | {
      state: 'ready';
      /** Path and query of the MP4, from the root of the host. */
      path: string;
    };

/** All that is known of one session, for its page. */
export interface ViewedStory {
  session: ViewedSession;
  /** What happened, oldest first, once the replay is ready; of a session that runs, the live socket tells it. */
  events: ViewedEvent[];
  /** Null while the session runs. */
  replay: ViewedReplay | null;
}

/** One session on the wall. */
export interface WallSession extends Omit<ViewedSession, 'tests' | 'testCount'> {
  /** The test that runs, or the last one. */
  test: ViewedTest | null;
  /** The run of that test; null where nobody has told. */
  run: TestRun | null;
  testsDone: number;
  testsFailed: number;
  /** Where it is shown, with the permission to watch in its query: path and query from the root of the host. */
  viewerPath: string;
  /** The tab in front. Null once the session has ended. */
  tab: ViewedTab | null;
  /** Whether there are pictures of it. */
  wasRecorded: boolean;
}

/** The sessions of a server that the asker may see, newest first. */
export interface Wall {
  /** What the server's clock says. */
  nowMs: number;
  sessions: WallSession[];
  /** How many more there are. */
  left: number;
}

/**
 * What the live socket sends as text. Pictures come between, binary: the width and the height of the page in CSS pixels, two bytes each
 * (big-endian), and a JPEG.
 */
export type LiveMessage =
  | { kind: 'session'; session: ViewedSession; mayDrive: boolean; nowMs: number }
  /** What happened before, to begin with. */
  | { kind: 'greeting'; events: ViewedEvent[] }
  | { kind: 'tabs'; tabs: ViewedTab[]; shown: string | null }
  | { kind: 'event'; event: ViewedEvent }
  /** Nothing has happened: tells every 20 seconds that the line is whole, since browsers hide pings from pages. */
  | { kind: 'beat' }
  | { kind: 'end'; session: ViewedSession };

/** What the live socket takes from whoever may drive; `show` from everybody. Positions in CSS pixels of the page. */
export type LiveInput =
  | { kind: 'show'; tab: string }
  | {
      kind: 'mouse';
      type: 'mousePressed' | 'mouseReleased' | 'mouseMoved' | 'mouseWheel';
      x: number;
      y: number;
      button: 'none' | 'left' | 'middle' | 'right';
      /** The buttons that are down, as a bit mask. */
      buttons: number;
      clickCount: number;
      modifiers: number;
      deltaX: number;
      deltaY: number;
    }
  | {
      kind: 'key';
      type: 'keyDown' | 'rawKeyDown' | 'keyUp';
      key: string;
      code: string;
      /** What it types; empty for a key that types nothing. */
      text: string;
      keyCode: number;
      location: number;
      modifiers: number;
      repeat: boolean;
    }
  | { kind: 'paste'; text: string }
  | { kind: 'navigate'; url: string }
  | { kind: 'stop' };
