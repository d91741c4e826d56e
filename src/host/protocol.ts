/** The calls between workers, the runner and the host: their parameters and results. */
import type { Size } from '../contract/limits';
import type { TestOutcome, TestStep } from '../contract/test-notes';
import type { SessionOptions, SessionTestOptions } from '../options/types';
import type { SessionFacts } from '../story/test-story';

/** The browser options of a worker's Playwright project. Embedded sessions apply them. */
export interface BrowserSettings {
  headless?: boolean | undefined;
  channel?: string | undefined;
  executablePath?: string | undefined;
  args?: string[] | undefined;
  ignoreDefaultArgs?: boolean | string[] | undefined;
  proxy?:
    | {
        server: string;
        bypass?: string | undefined;
        username?: string | undefined;
        password?: string | undefined;
      }
    | undefined;
  env?: Record<string, string> | undefined;
}

/** A worker's request for a session. */
export interface AcquireRequest {
  parallelIndex: number;
  options: SessionOptions;
  browser: BrowserSettings;
  /** How long the session of a failed test stays open, in milliseconds; undefined for not at all. */
  keepFailedMs?: number | undefined;
  /** Where the options are set and the names that are set there, for messages about wrong or misspelled options. */
  use?: { path: string; names: string[] };
}

/** A Playwright server that can drive a session. */
export interface PlaywrightOffer {
  url: string;
  version: string;
}

/** A worker's right to a session. */
export interface Lease {
  leaseId: string;
  sessionId: string;
  cdpUrl: string;
  /** The Playwright server on the browser's machine; null where its API has none. */
  playwright: PlaywrightOffer | null;
  viewerUrl: string | null;
  /** The session's API, for the `session` fixture. */
  api: { url: string; key: string };
  /** Its API ends with the run. */
  embedded: boolean;
  /** Its browser shares the files of this machine. */
  local: boolean;
  /** Where its browser puts downloads for a worker on another machine; null where its API does not say. */
  downloadsPath: string | null;
  /** True when an earlier worker has used the session. */
  reused: boolean;
  /** For reports. */
  facts: SessionFacts;
  /** Messages for the user, such as a disabled sandbox. Each is printed once per run. */
  notices: string[];
}

/** What a worker knows about its session right before it uses it. */
export interface SessionCheck {
  leaseId: string;
  /** How long the use may take, in milliseconds; 0 when unlimited. */
  timeoutMs: number;
  /** The worker saw the session end, or lost its connection: the host asks the API. */
  mayBeGone: boolean;
  /** The worker is connected to it. */
  isConnected?: boolean;
  /** A context is open that outlives a test, such as that of a `beforeAll` page. The session is not replaced ahead of its end. */
  hasOpenContexts?: boolean;
  /** How the test uses the session's own context; absent when it has a new one. */
  ownContext?: OwnContextUse | undefined;
  /** The test that begins; absent for a hook. */
  test?: TestStart;
}

/** A test that begins. */
export interface TestStart {
  title: string;
  /** The test and its retry, as in {@link AttemptSteps}. */
  attempt: string;
  record: { size?: Size | undefined; fps?: number | undefined } | null;
}

/** How a test uses the session's own context (isolation 'session'). */
export interface OwnContextUse {
  /**
   * Context options whose effect no browser forgets: it sends accepted credentials again, and reuses connections with accepted
   * certificates. Each is the option's name, and a hash of its value where it has several.
   */
  lasting: string[];
  /** Whether it continues with what earlier tests left. */
  keepState: boolean;
}

/** Why a worker reports its session as bad. */
export type BadSessionReason =
  /** Its browser left health checks unanswered. The host asks the API whether the browser is unresponsive. */
  | 'health-check-failed'
  /** Its browser does not answer any more. */
  | 'unresponsive'
  /** The connection closed. The host asks the API why. */
  | 'connection-lost'
  /** The worker could not connect. The host replaces it, unless that did not help the last time. */
  | 'connect-failed'
  /** Its browser did not clear what a test left. */
  | 'not-cleared';

/** The host's answer to a bad session. */
export interface BadSessionAnswer {
  /** No test gets the session any more. */
  isWithdrawn: boolean;
  /** What its API says, for `connection-lost`; null when it does not answer. */
  loss: SessionLoss | null;
}

/** What the API says about a session whose connection was lost. */
export interface SessionLoss {
  status: string;
  /** Why it ended; null when it was stopped, or is still active. */
  reason: string | null;
  /** When it ended, in milliseconds since 1970; null while it is active. */
  endedAtMs: number | null;
}

/** A test that ended. */
export interface TestEnd {
  leaseId: string;
  title: string;
  clip: { path: string; fromMs: number; toMs: number; size?: Size | undefined } | null;
  /** Answer when the clip is written: a reporter copies it when the test ends. */
  waitsForClip?: boolean;
  outcome: Exclude<TestOutcome, 'running'>;
  /** The browser's id of the test's context, which may not be closed yet. */
  leftContextId?: string | undefined;
}

/** What the host does with a test that ended. */
export interface TestEnded {
  /** The clip that the test asked for will be made. */
  hasClip: boolean;
  /** The test waits for its clip, and it is not written yet. */
  isClipLate?: boolean | undefined;
  /** Its session stays open; undefined if it does not. */
  kept?: KeptSession | undefined;
}

/** A session that stays open after its test failed. */
export interface KeptSession {
  sessionId: string;
  /** Contains a token. */
  viewerUrl: string | null;
  /** The test. */
  title: string;
  /** In milliseconds since 1970. */
  untilMs: number;
}

/** The latest steps of an attempt of a test. */
export interface AttemptSteps {
  attempt: string;
  steps: TestStep[];
}

/** A start of a test that is about to be made. */
export interface BegunStart {
  /** Its `Idempotency-Key`. */
  key: string;
  /** Now, and when the start will be given up, in milliseconds since 1970. */
  startedAt: number;
  startsUntil: number;
}

/** The result of such a start. */
export interface StartOutcome {
  /** The session; null if the start failed. */
  sessionId: string | null;
  /** It may have made another session, or one although it failed. */
  isUnclear: boolean;
}

/** Something that a worker or the reporter reports to the host. The call returns when the host has processed it. */
export type RunEvent =
  /** A test or hook is running, or none is any more. Its timeout may have changed. */
  | { type: 'running'; leaseId: string; test: { title: string; timeoutMs: number } | null }
  /** The worker has disconnected from the session that it offered. It keeps its lease, without a session. */
  | { type: 'session-returned'; leaseId: string }
  /** The worker does not wait for a session any more. */
  | { type: 'wait-cancelled'; leaseId: string }
  /** Tests leave state on the session for later tests of the same worker. */
  | { type: 'state-kept'; leaseId: string }
  /** Tests of this worker use the session's API from now on. */
  | { type: 'api-used'; leaseId: string }
  /** A test starts a session itself. The host stops that session too, even if the worker crashes. */
  | { type: 'start-began'; leaseId: string; start: BegunStart }
  | { type: 'start-ended'; leaseId: string; start: BegunStart; outcome: StartOutcome }
  /** A test stopped a session: its own, or one that it started. */
  | { type: 'session-stopped'; sessionId: string }
  /** A context is prepared for the next test; `null` when that test gets it. Its pages are hidden. */
  | { type: 'context-prepared'; leaseId: string; contextId: string | null }
  /** Steps for the viewers of sessions. Attempts without a session are ignored. */
  | { type: 'steps'; attempts: AttemptSteps[] }
  /** Something could not be kept. */
  | { type: 'problem'; problem: ArtifactProblem };

/** A clip or cookie file that could not be kept. It never fails a test; the summary lists it. */
export interface ArtifactProblem {
  /** Such as `No clip results/a/video.mp4`. */
  what: string;
  /** Why. The summary groups problems by reason. */
  reason: string;
}

/** One line for each reason. */
export function problemLines(problems: readonly ArtifactProblem[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { what, reason } of problems)
    byReason.set(reason, [...(byReason.get(reason) ?? []), what]);
  return [...byReason].map(([reason, [first = '', ...others]]) => {
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    return `${first}${more}: ${reason}`;
  });
}

/** How a session of the run ended: `stopped` by the run; `died` before; `left` running because it could not be stopped. */
export interface SessionLife extends SessionFacts {
  end: 'stopped' | 'died' | 'left';
  /** In milliseconds since 1970. */
  endMs: number;
}

/** What a run used. */
export interface RunSummary {
  sessions: number;
  /** Starts of sessions that failed. */
  failedStarts: number;
  tests: number;
  /** How often tests began: a retry is another attempt. */
  attempts: number;
  clips: number;
  /** Clips that browsers of sessions encoded, because this machine has no browser. */
  clipsInSessions: number;
  /** Total time that sessions were open, in milliseconds. */
  browserMs: number;
  problems: ArtifactProblem[];
  /** Sessions that could not be stopped. */
  leftRunning: string[];
  /** Sessions that stay open after their tests failed. The host ends them, and exits then. */
  kept: KeptSession[];
  /** The sessions that workers used, in the order in which they ended. */
  lives: SessionLife[];
}

/** The wait for a session, as shown to the user. */
export interface WaitReason {
  /** What the starts wait for; undefined when unknown. */
  startsWaitFor?: string | undefined;
  /** The workers that use the sessions; undefined while a session starts. */
  inUse?: string | undefined;
}

/** A page that shows all sessions of one source. */
export interface Wall {
  /** Where they come from; holds no secret. */
  label: string;
  /** Holds a token, unless the page asks for the key. */
  url: string;
  asksForKey: boolean;
}

/** Pages that show the sessions of a run. Links hold tokens. */
export interface RunViews {
  walls: Wall[];
  sessions: { id: string; viewerUrl: string | null }[];
}

/** An error that fails every test, so the run stops. */
export interface Refusal {
  message: string;
  /** The test that fails with it; all others are skipped. */
  testId: string;
}

/** Every call to the host. */
export interface HostCalls {
  hello: {
    params: { token: string; role: 'worker' | 'runner' | 'reporter' | 'probe'; pid: number };
    result: { pid: number };
  };
  acquire: { params: AcquireRequest; result: Lease };
  /** Makes sure that the worker's session is good for a test or a hook. Returns a lease when the worker has another session now. */
  prepareSession: { params: SessionCheck; result: Lease | null };
  reportBadSession: {
    params: { leaseId: string; reason: BadSessionReason };
    result: BadSessionAnswer;
  };
  /** The worker does not use its session now. True when another worker waits for it: then `session-returned` follows. */
  offer: { params: { leaseId: string }; result: boolean };
  /** Gives the session back. Without a reporter, waits for the worker's clips and returns problems that nobody has printed yet. */
  release: { params: { leaseId: string }; result: ArtifactProblem[] };
  /** Returns the browser's own CDP endpoint, and counts the worker as its client; null where the worker cannot use it. */
  connectDirectly: { params: { leaseId: string }; result: string | null };
  /** Waits, briefly, until the picture on screen is recorded. True when the recording has a picture since `fromMs`. */
  settle: { params: { leaseId: string; fromMs: number }; result: boolean };
  endTest: { params: TestEnd; result: TestEnded };
  report: { params: RunEvent; result: null };
  /** Why workers wait for a session; null if another worker printed a message lately. */
  waits: { params: Record<string, never>; result: WaitReason | null };
  /** With links, the URLs of the walls ask for no key. They may work only once, and only for a short time. */
  views: { params: { withLinks: boolean }; result: RunViews };
  /** True for the first worker of the run that wants to print this message. */
  claimMessage: { params: { message: string }; result: boolean };
  /** Checks the options of a test, and stops the run if there is a refusal. Returns why the run was stopped; null while it goes on. */
  admitTest: {
    params: { refusal: Refusal | null; options?: SessionTestOptions };
    result: Refusal | null;
  };
  /** Waits for the clips, stops everything, and returns what the run used. The host exits afterwards, or when the kept sessions have ended. */
  finish: { params: { keepsFailed: boolean }; result: RunSummary & { pid: number } };
}

export type HostMethod = keyof HostCalls;

/** The host's call to a worker: another worker waits for its session. The worker is to {@link HostCalls.offer} it once it is unused. */
export const WANTED = 'wanted';
