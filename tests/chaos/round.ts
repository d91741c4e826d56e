/** One round: a suite runs, faults strike it, and then everything is looked at that it owes: to the machine, to the API, to whoever reads the report. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resultsOf, type Project, type RunResult } from '../e2e/support/project';
import { faultsOf, nobody, overlaps, type Fault, type Scene } from './faults';
import { readJournal, running, type Attempt } from './journal';
import { openPlace, type Place, type PlaceName } from './place';
import { Random } from './random';
import { COOKIES, createSuite, JOURNAL, TESTS } from './suite';

/** What a round found. Each entry says what, in words. */
export interface Findings {
  faults: string[];
  leaked: string[];
  lost: string[];
  unexplained: string[];
  /** The end of what the run said, when there is something to look at. */
  output?: string;
}

/** What to do in a round. */
export interface RoundPlan {
  place: PlaceName;
  seed: number;
  /** How many faults strike, one after the other; fewer when the run ends before. */
  faults: number;
  /** Only of these kinds; any by default. */
  kinds?: readonly string[] | undefined;
}

/** Longer than any run of this suite takes with everything that may strike it, in milliseconds. */
const RUN_MS = 240_000;
/** How long what a run leaves may take to go, in milliseconds: workers that lost their runner end their test, the host stops its sessions. */
const CLEAN_MS = 60_000;
const POLL_MS = 50;

export async function playRound(plan: RoundPlan): Promise<Findings> {
  const place = await openPlace(plan.place);
  const project = await createSuite(place.use, place.env);
  try {
    const run = project.start();
    const attempts = (): Attempt[] => readJournal(join(project.folder, JOURNAL));
    let isOver = false;
    const ended = run.result().finally(() => (isOver = true));
    const scene = { random: new Random(plan.seed), run, project, place, attempts };
    const [faults, result] = await Promise.all([
      strikeAll(scene, plan, () => isOver),
      Promise.race([ended, delay(RUN_MS, undefined, { ref: false })]),
    ]);
    if (!result) run.child.kill('SIGKILL');
    place.api?.door.mend();
    const findings = {
      faults: faults.map(({ kind }) => kind),
      leaked: await leftBy(project, place),
      ...judge({ faults, attempts: attempts(), result: result ?? undefined, project }),
    };
    const isClean = [findings.leaked, findings.lost, findings.unexplained].every(
      (it) => it.length === 0,
    );
    return isClean ? findings : { ...findings, output: run.output };
  } finally {
    await project.remove();
    await place.close();
  }
}

/** One fault after the other, each a while after a test has begun. */
async function strikeAll(
  scene: Scene,
  { faults, kinds, place }: RoundPlan,
  isOver: () => boolean,
): Promise<Fault[]> {
  const struck: Fault[] = [];
  const strikes = faultsOf(scene.place);
  const names = [...strikes.keys()].filter((name) => kinds?.includes(name) ?? true);
  if (names.length === 0)
    throw new Error(`No fault of ${place} is of these kinds: ${String(kinds)}`);
  while (struck.length < faults && !isOver() && !struck.some(({ endsRun }) => endsRun)) {
    const begun = scene.attempts().length;
    const moreTests = 1 + scene.random.below(3);
    while (!isOver() && scene.attempts().length < begun + moreTests) await delay(POLL_MS);
    await delay(scene.random.below(600));
    while (!isOver() && running(scene.attempts()).length === 0) await delay(POLL_MS);
    const fault = await strikes.get(scene.random.pick(names))?.(scene);
    if (fault) struck.push(fault);
  }
  return struck;
}

/** Processes, files and sessions that are still there when they should be gone. */
async function leftBy(project: Project, { api }: Place): Promise<string[]> {
  const look = async (): Promise<string[]> => {
    const { processes, files } = project.leftovers();
    const sessions = api ? await api.activeSessions() : [];
    return [
      ...processes.map((it) => `process ${it}`),
      ...files.map((it) => `file ${it}`),
      ...sessions.map((it) => `session ${it}`),
    ];
  };
  const until = Date.now() + CLEAN_MS;
  let left = await look();
  while (left.length > 0 && Date.now() < until) {
    await delay(POLL_MS);
    left = await look();
  }
  return left;
}

/** What the report says, against what may be said. */
function judge({
  faults,
  attempts,
  result,
  project,
}: {
  faults: readonly Fault[];
  attempts: readonly Attempt[];
  result: RunResult | undefined;
  project: Project;
}): Pick<Findings, 'lost' | 'unexplained'> {
  const isCut = faults.some(({ endsRun }) => endsRun);
  const unexplained: string[] = [];
  const lost: string[] = [];
  const cookies = readCookies(project, lost);
  const results = resultsOf(result?.report);
  if (!result) unexplained.push(`the run did not end in ${RUN_MS / 1000} s`);
  if (result && !result.report && !isCut) unexplained.push('the run wrote no report');
  if (result?.report && results.size < TESTS && !isCut)
    unexplained.push(`only ${results.size} of ${TESTS} tests are in the report`);
  for (const [title, tries] of results)
    for (const { status, retry, error, annotations, startTime, duration } of tries) {
      const written = attempts.find((it) => it.title === title && it.retry === retry);
      const startedAt = Date.parse(startTime);
      const name = `${title}, try ${retry + 1}`;
      if (status === 'passed') {
        const isSaid = annotations.some(({ description = '' }) => /cookie/i.test(description));
        if (!cookies.has(`${title}r${retry}`) && !isSaid) lost.push(`cookie of ${name}`);
      } else if (
        !isCut &&
        !faults.some((fault) => explains(fault, { written, startedAt, duration }))
      )
        unexplained.push(
          `${name} ${status}${written ? '' : ' before its first line'}: ${error?.message ?? ''}`,
        );
    }
  return { lost, unexplained };
}

/** Whether a test may have failed by a fault. It lasts from its set-up to its tear-down; of one that came to no line of its own nobody knows on what it ran. */
function explains(
  fault: Fault,
  {
    written,
    startedAt,
    duration,
  }: { written: Attempt | undefined; startedAt: number; duration: number },
): boolean {
  const beganAt = Math.min(startedAt, written?.beganAt ?? startedAt);
  const endedAt = Math.max(startedAt + duration, written?.endedAt ?? 0); // waiting for a session is not in its duration
  if (!overlaps(fault, { beganAt, endedAt })) return false;
  return written ? fault.touches(written) : fault.touches !== nobody;
}

/** Names in the cookie file, which is whole at any time. */
function readCookies(project: Project, lost: string[]): Set<string> {
  const file = join(project.folder, COOKIES);
  if (!existsSync(file)) return new Set();
  try {
    const cookies = JSON.parse(readFileSync(file, 'utf8')) as { name: string }[];
    return new Set(cookies.map(({ name }) => name));
  } catch (error) {
    lost.push(`the cookie file: ${String(error)}`);
    return new Set();
  }
}
