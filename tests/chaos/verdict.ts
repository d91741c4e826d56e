/** What the report of a struck run says, against what may be said. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JSONReportTestResult } from '@playwright/test/reporter';
import { resultsOf, type Project, type RunResult } from '../e2e/support/project';
import { explains, type Fault, type Sufferer } from './fault';
import { nameOf, readJournal, type Attempt } from './journal';
import { AHEAD_MS } from './clock';
import { COOKIES, JOURNAL } from './suite';

/** A round that is over. */
export interface Played {
  faults: readonly Fault[];
  /** Whether a fault ended the run, so that there need be no report of all tests. */
  isCut: boolean;
  tests: number;
  /** Undefined for a run that did not end. */
  result: RunResult | undefined;
  project: Project;
}

/** What is wrong, in words. */
export interface Verdict {
  lost: string[];
  unexplained: string[];
}

/** One attempt as the report has it. */
interface Reported {
  name: string;
  title: string;
  result: JSONReportTestResult;
  /** By this machine's clock, in milliseconds. */
  startedAt: number;
}

/** How long after its test a clip may be made at the latest, in milliseconds: it is lost with what makes it. */
const CLIP_MS = 120_000;
/** Faults by which clips of tests go that have ended already: of who makes them, and of what they are made from or written to. */
const LOSES_CLIPS = /^(host (killed|hangs)|disk full: (?!server))/; // a server has nothing to do with them

export function judge(played: Played): Verdict {
  const { faults, isCut, tests, result, project } = played;
  const attempts = readJournal(join(project.folder, JOURNAL));
  const reported = reportedBy(result);
  const verdict: Verdict = { lost: [], unexplained: [] };
  const titles = new Set(reported.map(({ title }) => title));
  if (!result) verdict.unexplained.push('the run did not end');
  else if (!isCut && !result.report) verdict.unexplained.push('the run wrote no report');
  else if (!isCut && titles.size < tests)
    verdict.unexplained.push(`only ${titles.size} of ${tests} tests are in the report`);
  const cookies = readCookies(project, verdict.lost);
  for (const it of reported) {
    if (it.result.status === 'passed') verdict.lost.push(...lostOf(it, { cookies, faults }));
    else {
      const sufferer = suffererOf(it, attempts, reported);
      if (!faults.some((fault) => explains(fault, sufferer)))
        verdict.unexplained.push(describe(it, sufferer, attempts));
    }
  }
  return verdict;
}

function reportedBy(result: RunResult | undefined): Reported[] {
  return [...resultsOf(result?.report)].flatMap(([title, tries]) =>
    tries.map((it) => ({
      name: nameOf({ title, retry: it.retry }),
      title,
      result: it,
      startedAt: byOurClock(Date.parse(it.startTime)),
    })),
  );
}

/** A time by a clock that a fault may have set ahead. */
function byOurClock(atMs: number): number {
  return atMs > Date.now() ? atMs - AHEAD_MS : atMs;
}

/** What is known of a failed attempt. It lasts from its set-up to its tear-down, and waiting for a session is not in its duration: so its end is not later than the next one's start in its place. */
function suffererOf(
  { name, result, startedAt }: Reported,
  attempts: readonly Attempt[],
  all: readonly Reported[],
): Sufferer {
  const written = attempts.find((it) => nameOf(it) === name);
  const next = all
    .filter((it) => it.result.parallelIndex === result.parallelIndex && it.startedAt > startedAt)
    .map((it) => it.startedAt);
  const line = result.annotations.findLast(({ type }) => type === 'session')?.description;
  const [said] = line?.split(' ') ?? []; // a link may follow
  return {
    workerIndex: result.workerIndex,
    session: said ?? written?.session,
    beganAt: startedAt,
    endedAt: written?.endedAt
      ? Math.max(written.endedAt, startedAt + result.duration)
      : Math.min(...next, Number.MAX_SAFE_INTEGER),
  };
}

/** Cookies and clips of a test that passed are there, or something says why not. */
function lostOf(
  { name, title, result, startedAt }: Reported,
  { cookies, faults }: { cookies: ReadonlySet<string>; faults: readonly Fault[] },
): string[] {
  const says = (what: RegExp): boolean =>
    result.annotations.some(({ description = '' }) => what.test(description));
  const lost: string[] = [];
  if (!cookies.has(`${title}r${result.retry}`) && !says(/cookie/i)) lost.push(`cookie of ${name}`);
  const path = result.attachments.find((it) => it.name === 'video')?.path;
  const mayBeLost = faults.some(
    ({ kind, fromMs, toMs }) =>
      LOSES_CLIPS.test(kind) && toMs >= startedAt && fromMs <= startedAt + CLIP_MS,
  );
  if (path === undefined && !mayBeLost && !says(/clip|recording/i)) lost.push(`clip of ${name}`);
  if (path !== undefined && !isMp4(path)) lost.push(`clip of ${name}: no MP4 at ${path}`);
  return lost;
}

/** Such a file has its type in its second four bytes (ISO/IEC 14496-12 section 4.3). */
function isMp4(path: string): boolean {
  return existsSync(path) && readFileSync(path).toString('latin1', 4, 8) === 'ftyp';
}

function describe(
  { name, result }: Reported,
  { session = 'no session', beganAt, endedAt }: Sufferer,
  attempts: readonly Attempt[],
): string {
  const isWritten = attempts.some((it) => nameOf(it) === name);
  const began = isWritten ? '' : ' before its first line';
  return `${name} (${session}, ${timeOf(beganAt)} to ${timeOf(endedAt)}) ${result.status}${began}: ${result.error?.message ?? ''}`;
}

/** A time of this day, for those who look for what went wrong. */
export function timeOf(atMs: number): string {
  return atMs > Date.now() ? 'the end' : new Date(atMs).toISOString().slice(11, 23);
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
