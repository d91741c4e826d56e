/**
 * A claim of a process on a resource that only one process may use: a file that identifies the process. Its modification time shows that
 * the process is alive.
 *
 *   free --create FILE (fails if it exists)--> held --remove FILE--> free
 *                                               '-- its process ended, or was silent for too long --> cleared by the next claimant
 *
 * Libraries for this (proper-lockfile) only renew a timestamp, so the claim of a killed process would block all others for seconds. Here
 * the file names the process: the claim of a process that ended is cleared at once.
 */
import { randomUUID } from 'node:crypto';
import { open, type FileHandle, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from './errors';
import { makeFolder } from './folders';
import { isRecord, parseJson } from './json';
import { hasOurClock, isHere, isRunning, ownProcess, type ProcessName } from './processes';

/** How often a claim is renewed, in milliseconds. */
const BEAT_MS = 2_000;
/** How long an owner is watched before its old timestamp counts, in milliseconds: one that was suspended renews its claim first. */
const MIN_WATCH_MS = 2 * BEAT_MS;
/** Maximum pause between two tries in the first second, in milliseconds. Pauses are random, so that waiters do not retry at the same time, and grow with the wait. */
const MAX_PAUSE_MS = 20;
/** A guard is held for well under a millisecond. One of this age, in milliseconds, belongs to a process that was killed. */
const GUARD_MS = 10_000;

/** The process that holds a claim. */
export interface ClaimOwner extends ProcessName {
  /** Globally unique id of the claim. */
  token: string;
}

/** How to take a claim that another process holds. */
export interface TakeOptions {
  /** An owner that does not renew its claim for this time counts as dead, in milliseconds. For processes of this machine, the process id is checked instead. */
  silenceMs: number;
  /** Whether that also applies to running processes of this machine, since they may be suspended. */
  replacesSuspended?: boolean;
  /** How long to wait for an owner that is alive, in milliseconds. */
  waitMs: number;
  /** Cleans up after a dead owner, before its claim is removed. */
  cleanUp?: (owner: ClaimOwner) => Promise<void>;
  /** Creates the error if the owner is still alive after the wait. The owner is undefined if the file does not identify it. */
  toError: (owner: ClaimOwner | undefined) => Error;
}

/** A claim that this process holds. It is renewed until it is released, or its file is gone. */
export class ProcessClaim {
  /** Change this when the folder of the file is renamed. */
  file: string;
  readonly token: string;
  readonly #text: string;
  readonly #beat: NodeJS.Timeout;

  private constructor(file: string, token: string, text: string) {
    this.file = file;
    this.token = token;
    this.#text = text;
    this.#beat = setInterval(() => void this.#renew(), BEAT_MS).unref();
  }

  /** Takes a claim; undefined if its file exists already. Creates the folder of the file if necessary. */
  static async create(file: string): Promise<ProcessClaim | undefined> {
    const token = randomUUID();
    const text = JSON.stringify({ ...ownProcess(), token });
    return (await createFile(file, text)) ? new ProcessClaim(file, token, text) : undefined;
  }

  /**
   * Takes a claim. Waits for an owner that is alive, and replaces one that is dead.
   * @throws the error of `toError`
   */
  static async take(file: string, options: TakeOptions): Promise<ProcessClaim> {
    const startedMs = performance.now();
    const seen = new Set<string>();
    let changedMs = startedMs;
    for (let tries = 1; ; tries++) {
      const claim = await ProcessClaim.create(file);
      if (claim) return claim;
      const found = await readClaim(file);
      if (!found) continue; // released meanwhile
      const nowMs = performance.now();
      const waitedMs = nowMs - startedMs;
      const version = `${found.renewedAtMs} ${found.text}`; // clocks of machines differ: their times are only compared with each other
      if (!seen.has(version)) changedMs = nowMs;
      seen.add(version);
      const isAlive = seen.size > 1 || isOwnerRunning(found);
      if (isDead(found, nowMs - changedMs, options)) await clear(file, found, options);
      else if (isAlive && waitedMs > options.waitMs) throw options.toError(found.owner);
      else await delay(Math.random() * Math.min(tries, MAX_PAUSE_MS + waitedMs / 50));
    }
  }

  /** False if another process took this one for dead and replaced its claim. */
  async isHeld(): Promise<boolean> {
    return (await readClaim(this.file))?.text === this.#text;
  }

  /** Gives the claim up. Safe to call twice. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    if (await this.isHeld()) await rm(this.file, { force: true });
  }

  async #renew(): Promise<void> {
    const now = new Date();
    await utimes(this.file, now, now).catch(() => clearInterval(this.#beat));
  }
}

/**
 * Whether the owner of a claim is alive, without waiting; undefined if there is no claim.
 * @param silenceMs - an owner elsewhere that did not renew its claim for this time counts as dead, in milliseconds
 */
export async function isClaimAlive(file: string, silenceMs: number): Promise<boolean | undefined> {
  const found = await readClaim(file);
  return found && (isOwnerRunning(found) ?? ageOf(found) < silenceMs);
}

/** Content of a claim's file. */
interface FoundClaim {
  text: string;
  renewedAtMs: number;
  /** Undefined if the file does not identify its process, which may have been killed before it wrote the file. */
  owner: ClaimOwner | undefined;
}

function isDead(found: FoundClaim, watchedMs: number, options: TakeOptions): boolean {
  const { silenceMs, replacesSuspended } = options;
  const isRunning = isOwnerRunning(found);
  if (isRunning !== undefined && !(isRunning && replacesSuspended)) return !isRunning;
  const isLongSilent = found.owner && hasOurClock(found.owner) && ageOf(found) > silenceMs;
  return watchedMs > (isLongSilent ? MIN_WATCH_MS : silenceMs);
}

/** Undefined if this process cannot know it. */
function isOwnerRunning({ owner }: FoundClaim): boolean | undefined {
  return owner && isHere(owner) ? isRunning(owner) : undefined;
}

function ageOf({ renewedAtMs }: FoundClaim): number {
  return Date.now() - renewedAtMs;
}

async function readClaim(file: string): Promise<FoundClaim | undefined> {
  try {
    const { mtimeMs } = await stat(file);
    const text = await readFile(file, 'utf8').catch(() => ''); // unreadable
    const owner = parseJson(text);
    return {
      text,
      renewedAtMs: mtimeMs,
      owner: isRecord(owner) ? (owner as unknown as ClaimOwner) : undefined,
    };
  } catch {
    return undefined;
  }
}

/**
 * Removes the claim of a dead owner. A second file guards the comparison and the removal, so that two waiters do not remove the new
 * claim of a third one.
 */
async function clear(file: string, dead: FoundClaim, { cleanUp }: TakeOptions): Promise<void> {
  const guard = `${file}.guard`;
  if (!(await createFile(guard, ''))) return clearGuard(guard);
  try {
    if ((await readClaim(file))?.text !== dead.text) return;
    if (dead.owner) await cleanUp?.(dead.owner);
    await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function clearGuard(guard: string): Promise<void> {
  const found = await readClaim(guard);
  if (found && ageOf(found) > GUARD_MS) await rm(guard, { force: true });
  else await delay(Math.random() * MAX_PAUSE_MS);
}

/** Creates the file, and its folder if necessary. Returns false if it exists already. */
async function createFile(file: string, text: string, hasFolder = false): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'wx', 0o600);
  } catch (error) {
    const isBeingRemoved = process.platform === 'win32' && codeOf(error) === 'EPERM';
    if (codeOf(error) === 'EEXIST' || isBeingRemoved) return false;
    if (codeOf(error) !== 'ENOENT' || hasFolder) throw error;
    await makeFolder(dirname(file));
    return createFile(file, text, true);
  }
  try {
    await handle.writeFile(text);
  } catch (error) {
    await rm(file, { force: true }); // a full disk: a claim without an owner would block all processes
    throw error;
  } finally {
    await handle.close();
  }
  return true;
}
