/**
 * A lock between processes, for the milliseconds that reading, merging and replacing a file take.
 *
 *   free --create FILE.lock (fails if it exists)--> held --remove--> free
 *                                                    '-- its process died, or it is not given up within 10 s --> cleared by a waiter
 *
 * Libraries for this (proper-lockfile) renew a timestamp and call a lock dead after seconds of silence, so a killed worker would hold up
 * every other one for that long. Here the lock names its process: a dead one's lock is cleared at once.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../base/errors';
import { makeFolder } from '../base/folders';
import {
  isHere,
  isProcessAlive,
  ownProcessName,
  readProcessName,
  type ProcessName,
} from '../base/processes';
import { CookieFileError } from '../contract/errors';

/** A lock is held for milliseconds; after so long its holder is taken for dead, in milliseconds. Decides alone for holders on other machines. */
const STALE_MS = 10_000;
/** How long to wait for the lock, in milliseconds: longer than it takes to see that a holder is dead. */
const WAIT_MS = 20_000;
/** Longest pause between two tries, in milliseconds. Pauses grow to it with each try, and are drawn at random, so that waiters do not move in step. */
const MAX_PAUSE_MS = 20;
/** How often work is done again when the lock was lost under it. */
const MAX_TRIES = 3;

/** A lock that is held. */
export interface FileLock {
  /** Unique among all lockings ever: part of the name of files that only the holder writes. */
  readonly token: string;
  /** @throws {@link LockLostError} when the lock was cleared by another process, which took this one for dead. */
  assertHeld(): Promise<void>;
}

/** The lock was lost: this process stood still for longer than a lock may be held. */
class LockLostError extends Error {}

/** Where a holder prepares the file's next content. It lies beside the file, since only there a rename is one step. */
export function preparedFile(file: string, token: string): string {
  return `${file}.${token}.tmp`;
}

/**
 * Runs `work` while no other process runs work for the same file. The file's folder is made when there is none.
 * Work that calls `assertHeld` before its last step is done again, from the start, if the lock was lost.
 * @throws {@link CookieFileError} `cookie_file_unwritable` when the lock is not free within 20 s.
 */
export async function withFileLock<T>(
  file: string,
  work: (lock: FileLock) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const lock = await acquire(file);
    try {
      return await work(lock);
    } catch (error) {
      if (!(error instanceof LockLostError) || tries === MAX_TRIES) throw error;
    } finally {
      await lock.release();
    }
  }
}

async function acquire(file: string): Promise<HeldLock> {
  const lockFile = `${file}.lock`;
  const token = randomUUID();
  const deadlineMs = performance.now() + WAIT_MS;
  let seen = { content: '', sinceMs: performance.now() };
  for (let tries = 1; ; tries++) {
    if (await create(lockFile, formatHolder(token))) return new HeldLock(lockFile, token);
    const content = await readHolder(lockFile);
    if (content === undefined) continue; // given up meanwhile
    const nowMs = performance.now();
    if (content !== seen.content) seen = { content, sinceMs: nowMs };
    if (isDead(content) || nowMs - seen.sinceMs > STALE_MS) await clear(file, content);
    else if (nowMs > deadlineMs) throw busy(file, content);
    else await delay(Math.random() * Math.min(tries, MAX_PAUSE_MS));
  }
}

class HeldLock implements FileLock {
  readonly token: string;
  readonly #lockFile: string;

  constructor(lockFile: string, token: string) {
    this.#lockFile = lockFile;
    this.token = token;
  }

  async assertHeld(): Promise<void> {
    if (!(await this.#isHeld())) throw new LockLostError(`The lock ${this.#lockFile} was lost.`);
  }

  async release(): Promise<void> {
    if (await this.#isHeld()) await rm(this.#lockFile, { force: true });
  }

  async #isHeld(): Promise<boolean> {
    return (await readHolder(this.#lockFile)) === formatHolder(this.token);
  }
}

/** True when the file was made; false when it is there already. Makes its folder when there is none. */
async function create(lockFile: string, content: string): Promise<boolean> {
  try {
    return await createIn(lockFile, content);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(lockFile));
    return createIn(lockFile, content);
  }
}

async function createIn(lockFile: string, content: string): Promise<boolean> {
  try {
    const handle = await open(lockFile, 'wx', 0o600);
    try {
      await handle.writeFile(content);
    } catch (error) {
      await rm(lockFile, { force: true }); // a full disk: without a name in it, it would hold everybody up
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    const isBeingRemoved = process.platform === 'win32' && codeOf(error) === 'EPERM';
    if (codeOf(error) === 'EEXIST' || isBeingRemoved) return false;
    throw error;
  }
}

/** What a lock says of its holder; undefined when there is none (any more), '' when it cannot be read. */
async function readHolder(lockFile: string): Promise<string | undefined> {
  try {
    return await readFile(lockFile, 'utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : '';
  }
}

/**
 * Removes a dead holder's lock and what it had prepared. Two waiters that do so at once must not remove the lock that a third has made
 * meanwhile: so a second lock guards the look and the removal.
 */
async function clear(file: string, deadContent: string): Promise<void> {
  const guard = `${file}.lock.guard`;
  if (!(await create(guard, ''))) return clearGuard(guard);
  try {
    if ((await readHolder(`${file}.lock`)) !== deadContent) return;
    await rm(preparedFile(file, parseHolder(deadContent).token), { force: true });
    await rm(`${file}.lock`, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** A guard is held for well under a millisecond; one of this age belongs to a process that was killed in it. */
async function clearGuard(guard: string): Promise<void> {
  const ageMs = await stat(guard).then(
    (it) => Date.now() - it.mtimeMs,
    () => 0,
  );
  if (ageMs > STALE_MS) await rm(guard, { force: true });
  else await delay(Math.random() * MAX_PAUSE_MS);
}

function formatHolder(token: string): string {
  return `${token} ${ownProcessName()}`;
}

function parseHolder(content: string): { token: string; owner: ProcessName | undefined } {
  const [token = '', ...name] = content.split(' ');
  return { token, owner: readProcessName(name.join(' ')) };
}

/** True when the holder ran on this machine and runs no more. A lock whose holder was killed before it could write its name is left to `STALE_MS`. */
function isDead(content: string): boolean {
  const { owner } = parseHolder(content);
  return owner !== undefined && isHere(owner) && !isProcessAlive(owner.pid);
}

function busy(file: string, content: string): CookieFileError {
  const { owner } = parseHolder(content);
  const message = `Could not save cookies to ${file}: process ${owner?.pid ?? '(unknown)'} on ${owner?.host ?? 'an unknown machine'} holds ${file}.lock for more than ${WAIT_MS / 1000} s. Remove that file if no test run uses it.`;
  return new CookieFileError(message, { code: 'cookie_file_unwritable', file });
}
