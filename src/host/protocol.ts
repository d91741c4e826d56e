/** What workers, the runner and the host say to each other: the calls, their parameters and their answers. */
import type { Size } from '../contract/limits';
import type { TestOutcome, TestStep } from '../contract/test-notes';
import type { SessionOptions } from '../options/types';
import type { SessionFacts } from '../story/test-story';
import type { BegunStart, StartOutcome } from './start-book';

/** How a worker's project asks Playwright for its browser; an embedded session honours it. */
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

/** What identifies a slot: one parallel place of the run, and what it asks of its session. */
export interface AcquireRequest {
  parallelIndex: number;
  options: SessionOptions;
  browser: BrowserSettings;
}

/** A Playwright that a session can be driven by. */
export interface PlaywrightOffer {
  url: string;
  version: string;
}

/** A worker's right to a session. */
export interface Lease {
  leaseId: string;
  sessionId: string;
  cdpUrl: string;
  /** The Playwright beside the session's browser, where its API offers one. */
  playwright: PlaywrightOffer | null;
  viewerUrl: string | null;
  /** Where the session's API answers, for the `session` fixture. */
  api: { url: string; key: string };
  /** Its API ends with the run. */
  embedded: boolean;
  /** Its browser shares the files of this machine. */
  local: boolean;
  /** Where its browser shall put what it downloads for a worker on another machine; null where its API does not say. */
  downloadsPath: string | null;
  /** True when the session was used by an earlier worker of this slot. */
  reused: boolean;
  /** What reports tell of the session. */
  facts: SessionFacts;
  /** Remarks for the user, such as a sandbox that is off, or where sessions come from when no reporter says it; each is said once per run. */
  notices: string[];
}

/** A session is about to be used. */
export interface SessionCheck {
  leaseId: string;
  /** How long the use may take, in milliseconds; 0 when unlimited. */
  timeoutMs: number;
  /** True when the worker saw the session end, or lost its connection to it: then its API is asked. */
  mayBeGone: boolean;
  /** True when the worker has a connection to it. */
  isConnected?: boolean;
  /** True when a context is open on it that outlives a test, such as that of a `beforeAll` page: it is not replaced ahead of its end. */
  hasOpenContexts?: boolean;
  /** How a test is about to use the session's own context; absent when it has another one. */
  ownContext?: OwnContextUse | undefined;
}

/** What the API of a session says of one whose connection a worker has lost. */
export interface SessionLoss {
  status: string;
  /** Why it ended; null when it was stopped, or still runs. */
  reason: string | null;
  /** When it ended, in milliseconds since 1970; null when it still runs. */
  endedAtMs: number | null;
}

/** A test begins to use its session. */
export interface TestBegin extends SessionCheck {
  title: string;
  /** Which try of which test it is, as {@link AttemptSteps} name it too. */
  attempt: string;
  record: { size?: Size | undefined; fps?: number | undefined } | null;
}

/** How a test uses the session's own context (isolation 'session'). */
export interface OwnContextUse {
  /**
   * Context options whose effect no browser forgets: credentials that a server has accepted are sent again, and a connection with a
   * certificate that was let pass is used again. Each as its name, and a hash of its value where it has several.
   */
  lasting: string[];
  /** Whether it goes on with what earlier tests have left. */
  keepState: boolean;
}

/** A test is over. */
export interface TestEnd {
  leaseId: string;
  clip: { path: string; fromMs: number; toMs: number; size?: Size | undefined } | null;
  /** How it went. */
  outcome: Exclude<TestOutcome, 'running'>;
  /** The browser's id of a context that the test has left, and that may not be gone yet. */
  leftContextId?: string | undefined;
}

/** What an attempt of a test did lately. */
export interface AttemptSteps {
  attempt: string;
  steps: TestStep[];
}

/** What went wrong with something that is kept (clip, cookie file): it never fails a test, and is told in the summary. */
export interface ArtifactProblem {
  /** What could not be done, such as `No clip results/a/video.mp4`. */
  what: string;
  /** Why. Problems with the same reason are told together. */
  reason: string;
}

/** How a session of the run ended: `stopped` by the run; `died` before; `left` running, since it could not be stopped. */
export interface SessionLife extends SessionFacts {
  end: 'stopped' | 'died' | 'left';
  /** When, in milliseconds since the epoch. */
  endMs: number;
}

/** What a run used, told at its end. */
export interface RunSummary {
  sessions: number;
  /** Starts of sessions that failed. */
  failedStarts: number;
  tests: number;
  clips: number;
  /** How long sessions were open, added up, in milliseconds. */
  browserMs: number;
  problems: ArtifactProblem[];
  /** Sessions that could not be stopped. */
  leftRunning: string[];
  /** The sessions that workers had, in the order of their ends. */
  lives: SessionLife[];
}

/** Why a session is not there yet. */
export interface WaitReason {
  /** What those wait for that are being started, in words; undefined where nobody knows. */
  startsWaitFor?: string | undefined;
  /** Who has the sessions that are waited for, in words; undefined while one is being started. */
  inUse?: string | undefined;
}

/** What a terminal shows of those that wait. */
export interface ShownWaits extends WaitReason {
  workers: number;
  /** How long the first of them has waited, in milliseconds. */
  forMs: number;
}

/** A page that shows all sessions of one place. */
export interface Wall {
  /** Where they come from, in words; holds no secret. */
  label: string;
  /** Holds a token, unless the page asks for the key. */
  url: string;
  asksForKey: boolean;
}

/** Where the sessions of a run are watched while it goes on. Links hold tokens. */
export interface RunViews {
  walls: Wall[];
  sessions: { id: string; viewerUrl: string | null }[];
}

/** Why a run does not go on. */
export interface Refusal {
  /** What is wrong with it. */
  message: string;
  /** The test that fails by it; all others are skipped. */
  testId: string;
}

/** Every call to the host: its parameters and its answer. */
export interface HostCalls {
  hello: {
    params: { token: string; role: 'worker' | 'runner' | 'reporter' | 'probe'; pid: number };
    result: { pid: number };
  };
  /** Workers are about to ask for these sessions: they are started meanwhile. */
  openAhead: { params: { requests: AcquireRequest[] }; result: null };
  acquire: { params: AcquireRequest; result: Lease };
  /** What a worker is to say that waits for a session; null when it is told already. */
  tellWait: { params: Record<string, never>; result: WaitReason | null };
  /** Who waits for a session now; whoever asks shows it to the user, so that workers need not say it. */
  waits: { params: Record<string, never>; result: ShownWaits | null };
  /** For the user of this machine, who wants to look. */
  views: { params: Record<string, never>; result: RunViews };
  /** For the browser of that user: links to its walls that ask for no key. Those of servers elsewhere are good once, and soon. */
  wallLinks: { params: Record<string, never>; result: string[] };
  /** Gives the session back to its slot. Without a reporter, answers once the worker's clips are written, with the problems that nobody has told yet. */
  release: { params: { leaseId: string }; result: ArtifactProblem[] };
  /** Checks the session. Answers with another lease when it had to be replaced. */
  ensureSession: { params: SessionCheck; result: Lease | null };
  /** The same, before a test. */
  beginTest: { params: TestBegin; result: Lease | null };
  /** The worker does not use its session now. True when another waits for it: once `give` is called, it may have it. */
  offer: { params: { leaseId: string }; result: boolean };
  give: { params: { leaseId: string }; result: null };
  /** A test runs in the worker, or none does any more, whether it uses the session or not. */
  testRuns: {
    params: { leaseId: string; test: { title: string; timeoutMs: number } | null };
    result: null;
  };
  /** The worker does not wait for a session any more. */
  giveUp: { params: { leaseId: string }; result: null };
  /** What tests of this worker leave on the session is for its other tests. */
  keepState: { params: { leaseId: string }; result: null };
  /** The session's browser is no good for another test: nobody gets it. */
  abandon: { params: { leaseId: string }; result: null };
  /** The same, since it has not cleared what a test had left. */
  spoilt: { params: { leaseId: string }; result: null };
  /** It could not be connected to. True when another one is worth a try: then nobody gets it any more. */
  unconnected: { params: { leaseId: string }; result: boolean };
  /** The worker is about to connect. Answers with the browser's own CDP endpoint, where the worker can use that one. */
  enterDirectly: { params: { leaseId: string }; result: string | null };
  /** Tests of this worker use the session's API from now on. */
  useApi: { params: { leaseId: string }; result: null };
  /** Waits until the picture on screen is in the recording, briefly. Answers whether it has a picture since then at all. */
  settle: { params: { leaseId: string; fromMs: number }; result: boolean };
  /** Answers whether the clip will be made that was asked for. */
  endTest: { params: TestEnd; result: boolean };
  /** What tests do, for those who watch. Of an attempt without a session nothing is told. */
  noteSteps: { params: { attempts: AttemptSteps[] }; result: null };
  /** Whether its browser hangs, as far as its API tells: that one answers, and the browser does not. */
  hangs: { params: { leaseId: string }; result: boolean };
  /** What became of the session of this lease; null when its API does not say. */
  whyLost: { params: { leaseId: string }; result: SessionLoss | null };
  /** A test starts a session by itself. The host shall stop that one too, whatever happens to the worker. */
  beginStart: { params: { leaseId: string; start: BegunStart }; result: null };
  endStart: {
    params: { leaseId: string; start: BegunStart; outcome: StartOutcome };
    result: null;
  };
  /** A test has stopped a session: one that it has started, or its own. */
  stopped: { params: { sessionId: string }; result: null };
  report: { params: ArtifactProblem; result: null };
  /** True for the first worker that wants to say this: each remark is made once per run. */
  maySay: { params: { message: string }; result: boolean };
  /** What is wrong fails every test, so the run ends with this one. Answers with what it has ended with: somebody may have been first. */
  refuse: { params: Refusal; result: Refusal };
  /** Why the run does not go on; null while it does. */
  refusal: { params: Record<string, never>; result: Refusal | null };
  /** Waits for the clips, stops everything, tells what the run used. The host exits afterwards. */
  finish: { params: Record<string, never>; result: RunSummary & { pid: number } };
}

export type HostMethod = keyof HostCalls;

/** What the host says to a worker: somebody waits for its session, which it is to {@link HostCalls.offer} when it does not use it. */
export const WANTED = 'wanted';
