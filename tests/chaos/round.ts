/** One round: a suite runs, faults strike it, and then everything is looked at that it owes: to the machine, to the API, to whoever reads the report. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionOptions } from '../../src/options/types';
import { resultsOf, type Project, type RunResult } from '../e2e/support/project';
import { GroupWatch } from '../integration/processes';
import { Disks } from './disks';
import type { Fault, Kind, Scene } from './fault';
import { readJournal, running } from './journal';
import type { Place } from './place';
import { Random } from './random';
import { createSuite, JOURNAL, OVER } from './suite';
import { judge, type Verdict } from './verdict';

/** What a round found. Each entry says what, in words. */
export interface Findings extends Verdict {
  /** Faults that struck. */
  faults: Fault[];
  leaked: string[];
  /** How long what the run left took to go, in milliseconds. Of sessions that could not be stopped yet the ledger stays, for a later run. */
  goneMs: number;
  /** What the run said, when there is something to look at. */
  output?: string;
}

/** What to do in a round. */
export interface RoundPlan {
  place: Place;
  seed: number;
  /** What strikes, in this order but for what comes last; less of it when the run ends before. */
  kinds: readonly Kind[];
  /** Whether the run has disks of its own. */
  hasDisks?: boolean;
}

/** Tests of a round: some before and after everything, and so many for each fault. */
const TESTS_AROUND = 8;
const TESTS_OF_FAULT = 3;
/** Longer than any run of this suite takes with everything that may strike it, in milliseconds. */
const RUN_MS = 300_000;
/** How long what a run leaves may take to go, in milliseconds: workers that lost their runner end their test, the host stops its sessions. */
const CLEAN_MS = 60_000;
/** A Grid may still be at a start whose run is gone: then the ledger says so, and it is cleared by whoever comes so much later, in milliseconds. */
const REAP_MS = 150_000;
/** What holds ledgers, among what a run leaves. */
const LEDGERS = /^file sessionwright-\d+$/;
const POLL_MS = 50;
const REAP_POLL_MS = 5_000;
/** A fault strikes so long after a test has begun at most, in milliseconds. */
const PAUSE_MS = 600;

export async function playRound(plan: RoundPlan): Promise<Findings> {
  const { place, kinds, hasDisks = false } = plan;
  const tests = TESTS_AROUND + TESTS_OF_FAULT * kinds.length;
  const sessionOptions = [place, ...kinds].reduce<SessionOptions>(
    (all, it) => ({ ...all, ...it.sessionOptions }),
    {},
  );
  const project = await createSuite({ place, sessionOptions, tests });
  const disks = hasDisks ? await Disks.mount(project.folder) : undefined;
  const browsers = new GroupWatch(`--user-data-dir=${project.temp}`);
  try {
    const run = project.start();
    let isOver = false;
    const ended = run.result().finally(() => (isOver = true));
    const scene: Scene = {
      random: new Random(plan.seed),
      run,
      project,
      place,
      disks,
      attempts: () => readJournal(join(project.folder, JOURNAL)),
      struck: new Set(),
    };
    const [striking, result] = await Promise.all([
      strikeAll(scene, kinds, () => isOver),
      Promise.race([ended, delay(RUN_MS, undefined, { ref: false })]),
    ]);
    if (!result) run.child.kill('SIGKILL');
    await place.recovered();
    const faults = striking.filter(({ says }) => !says || isSaid(says, result?.report));
    const { left, goneMs } = await leftBy(project, place, browsers);
    const isCut = kinds.some(({ endsRun }) => endsRun);
    const verdict = judge({ faults, isCut, tests, result: result ?? undefined, project });
    const findings = { faults, leaked: left, goneMs, ...verdict };
    const isClean = [left, verdict.lost, verdict.unexplained].every((it) => it.length === 0);
    return isClean ? findings : { ...findings, output: run.output };
  } finally {
    browsers.close();
    await disks?.unmount();
    await project.remove();
  }
}

/** One fault after the other, each a while after a test has begun. Those of one test go on while the next one strikes. */
async function strikeAll(
  scene: Scene,
  kinds: readonly Kind[],
  isOver: () => boolean,
): Promise<Fault[]> {
  const striking: Promise<Fault | undefined>[] = [];
  const inOrder = [...kinds].sort((a, b) => Number(!!a.comesLast) - Number(!!b.comesLast));
  for (const { name, strike, isShared } of inOrder) {
    const begun = scene.attempts().length;
    while (!isOver() && scene.attempts().length <= begun) await delay(POLL_MS);
    await delay(scene.random.below(PAUSE_MS));
    while (!isOver() && running(scene.attempts()).length === 0) await delay(POLL_MS);
    if (isOver()) break;
    const fault = strike(scene).then((it) => it && { kind: name, ...it });
    striking.push(fault);
    if (isShared) await fault;
  }
  const struck = await Promise.all(striking);
  writeFileSync(join(scene.project.folder, OVER), '');
  return struck.filter((it) => it !== undefined);
}

/** Whether a test says that it was struck so. */
function isSaid(what: RegExp, report: RunResult['report']): boolean {
  return [...resultsOf(report).values()]
    .flat()
    .some(({ annotations }) => annotations.some(({ description = '' }) => what.test(description)));
}

/** Processes, files and sessions that are still there when they should be gone. */
async function leftBy(
  project: Project,
  place: Place,
  browsers: GroupWatch,
): Promise<{ left: string[]; goneMs: number }> {
  const look = async (): Promise<string[]> => {
    const { processes, files } = project.leftovers();
    return [
      ...processes.map((it) => `process ${it}`),
      ...(await browsers.left()).map((it) => `process of a browser ${it.slice(0, 80)}`),
      ...files.map((it) => `file ${it}`),
      ...(await place.left()),
    ];
  };
  const sinceMs = performance.now();
  let left = await look();
  let goneMs: number | undefined;
  for (;;) {
    const tookMs = Math.round(performance.now() - sinceMs);
    if (left.every((it) => LEDGERS.test(it))) goneMs ??= tookMs;
    if (left.length === 0 || tookMs > CLEAN_MS) break;
    await delay(POLL_MS);
    left = await look();
  }
  while (isForReap(left) && performance.now() < sinceMs + REAP_MS) {
    await delay(REAP_POLL_MS);
    await project.reap();
    left = await look();
  }
  return { left, goneMs: goneMs ?? CLEAN_MS };
}

function isForReap(left: readonly string[]): boolean {
  return left.length > 0 && left.every((it) => LEDGERS.test(it));
}
