/** Everything that goes wrong: what each fault does, and which tests it may have touched. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Project, Run } from '../e2e/support/project';
import { halfOpen, slowDown, type BadAnswer } from './door';
import { running, type Attempt } from './journal';
import type { Place, SelfHosted } from './place';
import type { Random } from './random';

/** What a fault may strike. */
export interface Scene {
  random: Random;
  run: Run;
  project: Project;
  place: Place;
  /** What the tests have written so far. */
  attempts: () => Attempt[];
}

/** A fault that struck. */
export interface Fault {
  kind: string;
  /** Between these times it had an effect; in milliseconds. */
  fromMs: number;
  toMs: number;
  /** Whether an attempt that ran then may fail by it. */
  touches: (attempt: Attempt) => boolean;
  /** The run has no end of its own after this. */
  endsRun?: true;
}

/** Strikes; undefined when there was nothing to strike, such as a test that runs. */
type Strike = (scene: Scene) => Promise<Fault | undefined>;

/** How long a stopped process stands still when it goes on at all, in milliseconds. */
const STILL_MS = 3_000;
/** How long before a test's begin, and after its end, something may still be under way that belongs to it, in milliseconds. */
const AROUND_MS = 2_000;
/** How long a server that was killed is gone, in milliseconds. */
const GONE_MS = 1_000;
/** How long a broken answer may keep those who wait for it busy, in milliseconds: each is tried again with growing pauses. */
const ANSWER_MS = 45_000;

/** For a fault that no test may fail by. */
export const nobody = (): boolean => false;
const everybody = (): boolean => true;

/** True when a test ran while the fault had its effect. */
export function overlaps(
  { fromMs, toMs }: Fault,
  { beganAt, endedAt }: { beganAt: number; endedAt: number },
): boolean {
  return beganAt - AROUND_MS <= toMs && endedAt + AROUND_MS >= fromMs;
}

/** Ends or stops processes; one may have ended meanwhile. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** A fault of one attempt's worker, browser or tab. */
function strikesAttempt(
  kind: string,
  same: 'worker' | 'browser',
  strike: (attempt: Attempt) => void | Promise<void>,
  lastsMs = 0,
): [string, Strike] {
  return [
    kind,
    async ({ random, attempts }) => {
      const candidates = running(attempts());
      if (candidates.length === 0) return undefined;
      const victim = random.pick(candidates);
      const fromMs = Date.now();
      await strike(victim);
      return {
        kind,
        fromMs,
        toMs: Date.now() + lastsMs,
        touches: (attempt) => attempt[same] === victim[same],
      };
    },
  ];
}

/** A fault of a process that all tests share. */
function strikesAll(
  kind: string,
  pidOf: (scene: Scene) => number | undefined,
  strike: (pid: number, scene: Scene) => void | Promise<void>,
  effect: Pick<Fault, 'touches'> & Partial<Fault> = { touches: everybody },
): [string, Strike] {
  return [
    kind,
    async (scene) => {
      const pid = pidOf(scene);
      if (pid === undefined || running(scene.attempts()).length === 0) return undefined;
      const fromMs = Date.now();
      await strike(pid, scene);
      return { kind, fromMs, toMs: Date.now(), ...effect };
    },
  ];
}

async function standStill(pid: number): Promise<void> {
  if (!signal(pid, 'SIGSTOP')) return;
  await delay(STILL_MS);
  signal(pid, 'SIGCONT');
}

const hostOf = ({ project }: Scene): number | undefined => project.hosts().map(Number)[0];
const runnerOf = ({ run }: Scene): number => run.pid;
const serverOf = ({ place }: Scene): number | undefined => place.api?.pid;

/** A hanging browser or tab is there until somebody ends it: its test fails by its time, and nobody's after it. */
const HANGS_MS = 30_000;

const EVERYWHERE = [
  strikesAttempt('worker killed', 'worker', ({ worker }) => void signal(worker, 'SIGKILL')),
  strikesAttempt('worker stopped', 'worker', ({ worker }) => standStill(worker)),
  strikesAttempt('browser killed', 'browser', ({ browser }) => void signal(browser, 'SIGKILL')),
  strikesAttempt(
    'browser stopped',
    'browser',
    ({ browser }) => void signal(browser, 'SIGSTOP'),
    HANGS_MS,
  ),
  strikesAttempt('tab killed', 'browser', ({ renderers }) =>
    renderers.forEach((pid) => signal(pid, 'SIGKILL')),
  ),
  strikesAttempt(
    'tab stopped',
    'browser',
    ({ renderers }) => renderers.forEach((pid) => signal(pid, 'SIGSTOP')),
    HANGS_MS,
  ),
  strikesAll('host killed', hostOf, (pid) => void signal(pid, 'SIGKILL')),
  strikesAll('host stopped', hostOf, standStill),
  strikesAll('clock of the host', hostOf, (pid) => void signal(pid, 'SIGUSR2'), {
    touches: nobody,
  }),
  strikesAll('runner killed', runnerOf, (pid) => void signal(pid, 'SIGKILL'), {
    touches: everybody,
    toMs: Infinity,
    endsRun: true,
  }),
  strikesAll('runner stopped', runnerOf, standStill, { touches: nobody }),
  strikesAll('Ctrl-C', runnerOf, (_pid, { run }) => run.interrupt(), {
    touches: everybody,
    toMs: Infinity,
    endsRun: true,
  }),
];

/** A fault of the sockets that lead to a running test's browser. */
function strikesSockets(
  kind: string,
  strike: (passage: ReturnType<SelfHosted['door']['passages']>[number]) => void,
  lastsMs: number,
): [string, Strike] {
  return [
    kind,
    async ({ random, attempts, place }) => {
      const candidates = running(attempts()).filter(
        ({ session }) => (place.api?.door.passages(session).length ?? 0) > 0,
      );
      if (candidates.length === 0) return undefined;
      const { session } = random.pick(candidates);
      const fromMs = Date.now();
      place.api?.door.passages(session).forEach(strike);
      return {
        kind,
        fromMs,
        toMs: fromMs + lastsMs,
        touches: (attempt) => attempt.session === session,
      };
    },
  ];
}

/** Answers of the API that are not what was asked for. Whoever asks tries again, so that no test fails by it. */
function answersBadly(how: BadAnswer, touches = nobody): [string, Strike] {
  const kind = `API: ${how}`;
  return [
    kind,
    async ({ random, place }) => {
      const fromMs = Date.now();
      place.api?.door.answerBadly(how, how === 'nothing' ? 1 : 1 + random.below(2));
      return { kind, fromMs, toMs: fromMs + ANSWER_MS, touches };
    },
  ];
}

const OF_SERVERS = [
  strikesSockets(
    'socket dropped',
    ({ client, server }) => void [client, server].map((it) => it.destroy()),
    0,
  ),
  strikesSockets('socket half-open', halfOpen, HANGS_MS),
  strikesSockets('socket slow', slowDown, HANGS_MS),
  strikesAll('server killed', serverOf, async (_pid, { place }) => {
    await place.api?.restart(GONE_MS);
  }),
  strikesAll('server stopped', serverOf, standStill),
  [
    'session ended by somebody',
    async ({ random, attempts, place }) => {
      const candidates = running(attempts());
      if (candidates.length === 0) return undefined;
      const { session } = random.pick(candidates);
      const fromMs = Date.now();
      await place.api?.stopSession(session);
      return {
        kind: 'session ended by somebody',
        fromMs,
        toMs: Date.now(),
        touches: (attempt) => attempt.session === session,
      };
    },
  ] satisfies [string, Strike],
  answersBadly('429'),
  answersBadly('500'),
  answersBadly('529'),
  answersBadly('garbage', everybody),
  answersBadly('nothing', everybody),
  answersBadly('twice'),
  answersBadly('lost'),
];

/** Every kind of fault that a place knows, by name. */
export function faultsOf(place: Place): ReadonlyMap<string, Strike> {
  return new Map(place.api ? [...EVERYWHERE, ...OF_SERVERS] : EVERYWHERE);
}
