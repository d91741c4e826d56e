/**
 * One server per data folder. Each server puts a ticket of its own into the folder and then looks for others: whoever sees a live one
 * takes its own back. So no ticket is ever taken over, and two servers that start in the same moment never both go on.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { replaceFile } from '../../base/atomic-file';
import {
  hasOurClock,
  isHere,
  isProcessAlive,
  ownProcessName,
  processStart,
  readProcessName,
  type ProcessName,
} from '../../base/processes';
import { SessionwrightError } from '../../contract/errors';

const TICKET = /^server-[\w-]+\.lock$/;
/** When the server's process was started, in a ticket's name: its process id may be another process's by now. */
const STARTED = /^server-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}-(\w+)\.lock$/;
/** How often a server shows that it lives, in milliseconds. Read only by other machines and containers: in its own its process is looked up. */
const HEARTBEAT_MS = 2_000;
/** A server elsewhere that has not shown itself for so long is dead, in milliseconds: five beats. */
const SILENCE_MS = 10_000;
/** After this silence its folder is removed where that keeps nothing, in milliseconds: as that of a run is. */
const LONG_SILENCE_MS = 15 * 60_000;
/** Time between two looks at a server elsewhere, in milliseconds. */
const LOOK_MS = 500;
/** For so long it is looked at in any case, in milliseconds: one that was suspended shows itself with its next beat. */
const SHORTEST_LOOK_MS = 2 * HEARTBEAT_MS;
/** How often a folder in use is looked at again, and the pause before, in milliseconds: a server that is just closing is waited for. */
const TRIES = 3;
const PAUSE_MS = 100;

/**
 * Tickets of this process: its own id says nothing of them, since a container's new process often has the id of the killed one. Shared
 * by all copies of this file, whatever their version: a process may load it twice, once by `import` and once by `require`.
 */
const held = ((globalThis as unknown as Record<symbol, Set<string> | undefined>)[
  Symbol.for('sessionwright.heldFolders')
] ??= new Set());

/**
 * Takes the folder for this process, until the returned function is called.
 * @throws {@link SessionwrightError} `data_folder_in_use` when another server runs on it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const started = startedOf(process.pid);
  const ticket = join(folder, `server-${randomUUID()}${started && `-${started}`}.lock`);
  for (let tries = 1; ; tries++) {
    await putTicket(ticket);
    const other = await findLive(folder, ticket);
    if (other === undefined) break;
    await rm(ticket, { force: true });
    held.delete(ticket);
    if (tries === TRIES)
      throw new SessionwrightError(
        `Cannot use the data folder ${folder}: the session server ${other} runs on it. Stop that one, or name another folder.`,
        { code: 'data_folder_in_use' },
      );
    await delay(PAUSE_MS * (1 + Math.random()));
  }
  const beat = setInterval(
    () => void utimes(ticket, new Date(), new Date()).catch(() => {}),
    HEARTBEAT_MS,
  ).unref();
  return async () => {
    clearInterval(beat);
    await rm(ticket, { force: true });
    held.delete(ticket);
  };
}

/** True when servers had the folder, and none of them lives. One without a ticket is just being made, or removed. */
export async function isAbandoned(folder: string): Promise<boolean> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => TICKET.test(name));
  const isDead = async (name: string): Promise<boolean> => {
    const ticket = join(folder, name);
    const owner = await readTicket(ticket);
    if (owner === undefined) return false;
    return isHere(owner) ? !isLiveHere(ticket, owner) : (await silenceOf(ticket)) > LONG_SILENCE_MS;
  };
  return names.length > 0 && (await Promise.all(names.map(isDead))).every(Boolean);
}

async function putTicket(ticket: string): Promise<void> {
  await replaceFile(ticket, `${ownProcessName()}\n`, {
    isDurable: false,
    beforeRename: () => void held.add(ticket),
  });
}

/** Another server that lives, as `PID on HOST`; dead ones' tickets are removed. */
async function findLive(folder: string, own: string): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const ticket = join(folder, name);
    if (!TICKET.test(name) || name === basename(own)) continue;
    const owner = await readTicket(ticket);
    if (owner && (await isLive(ticket, owner))) return `${owner.pid} on ${owner.host}`;
    await rm(ticket, { force: true });
  }
  return undefined;
}

/** Whose ticket it is; undefined when it is gone. */
async function readTicket(ticket: string): Promise<ProcessName | undefined> {
  return readProcessName(await readFile(ticket, 'utf8').catch(() => ''));
}

async function isLive(ticket: string, owner: ProcessName): Promise<boolean> {
  if (isHere(owner)) return isLiveHere(ticket, owner);
  const silentMs = hasOurClock(owner) ? await silenceOf(ticket) : 0;
  const lookMs = Math.max(SILENCE_MS - silentMs, SHORTEST_LOOK_MS);
  return (await firstBeat(ticket, lookMs)) !== undefined;
}

function isLiveHere(ticket: string, { pid }: ProcessName): boolean {
  if (held.has(ticket)) return true;
  const [, started = startedOf(pid)] = STARTED.exec(basename(ticket)) ?? [];
  return pid !== process.pid && isProcessAlive(pid) && started === startedOf(pid);
}

/** When a process was started, for a file's name; empty where the system does not say. */
function startedOf(pid: number): string {
  return (processStart(pid) ?? '').replaceAll(/\W+/g, '_');
}

/** When the server elsewhere next showed itself. Compared with what it showed before: the clocks of two machines differ. */
async function firstBeat(ticket: string, withinMs: number): Promise<number | undefined> {
  const before = await beatOf(ticket);
  for (let waitedMs = 0; before !== undefined && waitedMs < withinMs; waitedMs += LOOK_MS) {
    await delay(LOOK_MS);
    const now = await beatOf(ticket);
    if (now !== before) return now;
  }
  return undefined;
}

/** How long a server has not shown itself, by the clock of this machine, in milliseconds. */
async function silenceOf(ticket: string): Promise<number> {
  return Math.max(0, Date.now() - ((await beatOf(ticket)) ?? 0)); // a clock may have been set back
}

async function beatOf(ticket: string): Promise<number | undefined> {
  return stat(ticket).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
