/** What a fault is: what it does, and whose failure it explains. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionOptions } from '../../src/options/types';
import type { Project, Run } from '../e2e/support/project';
import type { Disks } from './disks';
import { nameOf, running, type Attempt } from './journal';
import type { Place } from './place';
import type { Random } from './random';
import { signal } from './signal';

/** What a fault may strike. */
export interface Scene {
  random: Random;
  run: Run;
  project: Project;
  place: Place;
  /** Undefined where no small ones can be had. */
  disks: Disks | undefined;
  /** What the tests have written so far. */
  attempts: () => Attempt[];
  /** Names of the attempts that a fault of their own has struck: the next one takes others, so that each can be told by its fault. */
  struck: Set<string>;
}

/** An attempt that failed, and what is known of it. Times are by this machine's clock, in milliseconds. */
export interface Sufferer {
  workerIndex: number;
  /** Undefined for one that had none yet. */
  session: string | undefined;
  beganAt: number;
  endedAt: number;
}

/** A fault that struck. */
export interface Fault {
  kind: string;
  /** Between these times it had an effect; in milliseconds. */
  fromMs: number;
  toMs: number;
  /** Whether an attempt that ran then may fail by it. */
  touches: (sufferer: Sufferer) => boolean;
  /** What a test says that it has struck; where none does, something else came first. */
  says?: RegExp;
}

/** A kind of fault. */
export interface Kind {
  name: string;
  /** The run has no end of its own after it. */
  endsRun?: true;
  /** It is everybody's: nothing else strikes before it is over. */
  isShared?: true;
  /** It takes long, and most others would come before its end: they strike first. */
  comesLast?: true;
  /** There have to be small disks. */
  needsDisk?: true;
  /** What all sessions of its round are asked to be. */
  sessionOptions?: SessionOptions;
  /** Strikes; undefined when there was nothing to strike, such as a test that runs. */
  strike: (scene: Scene) => Promise<Omit<Fault, 'kind'> | undefined>;
}

/** How long a stopped process stands still when it goes on at all, in milliseconds. */
const STILL_MS = 3_000;
/** What two clocks may be apart that tell when a fault struck and when a test began, in milliseconds. */
const CLOCKS_MS = 300;

/** For a fault that no test may fail by. */
export const nobody = (): boolean => false;
export const everybody = (): boolean => true;
export const ofSession =
  (id: string) =>
  ({ session }: Sufferer): boolean =>
    session === id;
export const ofWorker =
  (index: number) =>
  ({ workerIndex }: Sufferer): boolean =>
    workerIndex === index;

/** True when an attempt may have failed by a fault: it ran while that had its effect, and on what it struck. */
export function explains({ fromMs, toMs, touches }: Fault, sufferer: Sufferer): boolean {
  const { beganAt, endedAt } = sufferer;
  return beganAt - CLOCKS_MS <= toMs && endedAt + CLOCKS_MS >= fromMs && touches(sufferer);
}

/** An attempt that runs and that no fault has struck yet. */
export function pickVictim(
  { random, attempts, struck }: Scene,
  fits: (attempt: Attempt) => boolean = () => true,
): Attempt | undefined {
  const candidates = running(attempts()).filter((it) => !struck.has(nameOf(it)) && fits(it));
  if (candidates.length === 0) return undefined;
  const victim = random.pick(candidates);
  struck.add(nameOf(victim));
  return victim;
}

/** A fault that strikes at one moment. */
export async function atOnce(
  touches: Fault['touches'],
  strike: () => unknown,
): Promise<Omit<Fault, 'kind'>> {
  const fromMs = Date.now();
  await strike();
  return { fromMs, toMs: fromMs, touches };
}

/** One that has its effect until it is over. */
export async function meanwhile(
  touches: Fault['touches'],
  strike: () => Promise<unknown>,
): Promise<Omit<Fault, 'kind'>> {
  return { ...(await atOnce(touches, strike)), toMs: Date.now() };
}

/** Stops a process for a while. */
export async function standStill(pid: number): Promise<void> {
  if (!signal(pid, 'SIGSTOP')) return;
  await delay(STILL_MS);
  signal(pid, 'SIGCONT');
}

/** Whether a process runs: one that was killed has its number until its parent has heard of it. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}
