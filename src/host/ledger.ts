/**
 * The ledger: the remote sessions that a run started and has not stopped, as lines in the run's folder. It outlives the host, so that a
 * later run or `sessionwright reap` can stop what a killed run left. An entry is written before the start, by the mark that the start
 * carries. On a session API, the id of the session replaces the mark. Local sessions are not in it: they end with the host.
 * It never contains a key: the caller that stops a session brings the key of its API.
 */
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonLines, readJsonLines } from '../base/line-file';
import { listRunFolders } from './run-folder';

/** A session that a run started, or is about to start. */
export interface LedgerEntry {
  /** The id of the session, or the mark of its start. */
  sessionId: string;
  /** The session API, the Grid, or the name of the provider. */
  apiUrl: string;
  /**
   * `grid`: a session of a Selenium Grid, found by its mark. `start`: a start at a session API without an answer; the mark is its
   * `Idempotency-Key`. `provider`: a browser of a provider, found by its `browserId`, or by its mark.
   */
  kind?: 'grid' | 'start' | 'provider' | undefined;
  /** The module of the provider. */
  module?: string | undefined;
  /** Identifies the options of the module, which may be secret; undefined if it had none. */
  optionsHash?: string | undefined;
  /** The provider's id of the browser, once it is known. */
  browserId?: string | undefined;
  /** When a provider's browser has ended for certain, in milliseconds since 1970. */
  endsBy?: number | undefined;
  /** When it was requested, in milliseconds since 1970. */
  startedAt?: number | undefined;
  /** When a `start` is over, in milliseconds since 1970. */
  startsUntil?: number | undefined;
  /** The failed test for which the session stays open, and until when, in milliseconds since 1970. */
  kept?: { title: string; untilMs: number } | undefined;
}

/** The ledger of one run. */
export class Ledger {
  readonly #file: string;

  constructor(runFolder: string) {
    this.#file = join(runFolder, 'ledger.jsonl');
  }

  /** @param mark - the entry that this one replaces, in one step */
  async started(entry: LedgerEntry, mark?: string): Promise<void> {
    const started = { event: 'started', ...entry };
    await this.#append(
      mark === undefined ? [started] : [started, { event: 'stopped', sessionId: mark }],
    );
  }

  async stopped(sessionId: string): Promise<void> {
    await this.#append([{ event: 'stopped', sessionId }]);
  }

  /** The sessions that were started and not stopped, oldest first. */
  async open(): Promise<LedgerEntry[]> {
    const open = new Map<string, LedgerEntry>();
    for (const { event, ...entry } of (await readJsonLines(this.#file)) as LedgerLine[])
      if (event === 'started') open.set(entry.sessionId, entry);
      else open.delete(entry.sessionId);
    return [...open.values()];
  }

  async #append(lines: object[]): Promise<void> {
    await appendFile(this.#file, jsonLines(lines), { mode: 0o600 });
  }
}

interface LedgerLine extends LedgerEntry {
  event: 'started' | 'stopped';
}

/** A run on this machine, alive or dead. */
export interface KnownRun {
  /** Process id of its `playwright test`. */
  runnerPid: number;
  /** The sessions in its ledger. */
  sessions: LedgerEntry[];
}

/** All runs of this user that have a ledger. A run whose host died may be listed twice. */
export async function listRuns(): Promise<KnownRun[]> {
  const folders = await listRunFolders();
  return Promise.all(
    folders.map(async ({ path, runnerPid }) => ({
      runnerPid,
      sessions: await new Ledger(path).open(),
    })),
  );
}
