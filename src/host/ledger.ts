/**
 * The ledger: which remote sessions a run has started and not stopped, as lines in its folder. It outlives the host, so that a
 * later run, or `sessionwright reap`, can stop what a killed one left. Each is in it from before its start, by the mark that the start
 * carries: on a Grid to its end, at a session API until its id is known. Embedded sessions on this machine are not in it: they die with
 * the host.
 * No key of an API is ever written; who stops a session brings the key for that API.
 */
import { appendFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { jsonLines, readJsonLines } from '../base/line-file';
import { HostError } from '../contract/errors';

/** After so long a place that cannot be reached is not waited for, in milliseconds: what nobody uses or keeps alive has ended there by itself, after 30 minutes at most. */
export const GONE_MS = 3_600_000;

/** Two clocks that differ by less go on as they were, in milliseconds: neither was set. */
const CLOCK_SET_MS = 60_000;

/** A session that a run started, or is about to start, and where. */
export interface LedgerEntry {
  /** Its id; on a Grid, and while its start is under way, the mark by which it is found there. */
  sessionId: string;
  /** The session API, or the Grid. */
  apiUrl: string;
  /** `grid` where it is a session of a Selenium Grid, which has no session API; `start` where a session API was asked for it by this `Idempotency-Key`, and has not answered. */
  kind?: 'grid' | 'start' | undefined;
  /** When it was asked for, in milliseconds since 1970. */
  startedAt?: number | undefined;
  /** Until when its start may take, in milliseconds since 1970; for a `start`. */
  startsUntil?: number | undefined;
}

/** Appends to and reads the ledger of one run. */
export class Ledger {
  readonly #file: string;

  constructor(runFolder: string) {
    this.#file = join(runFolder, 'ledger.jsonl');
  }

  async started(entry: LedgerEntry): Promise<void> {
    await this.#append(startOf(entry));
  }

  /** What was asked for by a mark has an id by now: in one step, so that it is known by one or the other at every moment. */
  async became(mark: string, entry: LedgerEntry): Promise<void> {
    await this.#append(startOf(entry), { event: 'stopped', sessionId: mark });
  }

  async stopped(sessionId: string): Promise<void> {
    await this.#append({ event: 'stopped', sessionId });
  }

  /** Sessions that were started and not stopped, oldest first; their times by the clock as it is set now. */
  async open(): Promise<LedgerEntry[]> {
    const open = new Map<string, LedgerEntry>();
    for (const record of (await readJsonLines(this.#file)) as LedgerLine[]) {
      const { event, upMs, ...entry } = record;
      if (event === 'started') open.set(entry.sessionId, byClockOfNow(entry, upMs));
      else open.delete(entry.sessionId);
    }
    return [...open.values()];
  }

  async #append(...records: object[]): Promise<void> {
    await appendFile(this.#file, jsonLines(records), { mode: 0o600 });
  }
}

/** A session of which only the mark is known may still come. */
export function stillComing(what: string, code: string): HostError {
  return new HostError(
    `${what}, and may still be starting it. Call "npx sessionwright reap" again in two minutes, or let the next run do it`,
    { code },
  );
}

/** A line of the ledger. */
interface LedgerLine extends LedgerEntry {
  event: string;
  /** How long the machine had been up when it was asked for, in milliseconds: nobody sets that clock. */
  upMs?: number | undefined;
}

function startOf(entry: LedgerEntry): LedgerLine {
  const { startedAt } = entry;
  const upMs = startedAt === undefined ? undefined : upNow() - (Date.now() - startedAt);
  return { event: 'started', ...entry, upMs };
}

/** The clock may have been set since: a start seems to lie in the future then, or long ago, and the sweep goes by its age. */
function byClockOfNow(entry: LedgerEntry, upMs: number | undefined): LedgerEntry {
  const { startedAt, startsUntil } = entry;
  const ageMs = upMs === undefined ? -1 : upNow() - upMs;
  if (startedAt === undefined || ageMs < 0) return entry; // or the machine was started anew
  const setByMs = Date.now() - ageMs - startedAt;
  if (Math.abs(setByMs) < CLOCK_SET_MS) return entry;
  return {
    ...entry,
    startedAt: startedAt + setByMs,
    ...(startsUntil !== undefined && { startsUntil: startsUntil + setByMs }),
  };
}

function upNow(): number {
  return Math.round(uptime() * 1_000);
}
