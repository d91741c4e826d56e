/** What goes wrong in any run: its processes are killed, stand still, or find that the time has changed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  atOnce,
  everybody,
  isAlive,
  type Kind,
  meanwhile,
  nobody,
  ofSession,
  ofWorker,
  pickVictim,
  type Scene,
  standStill,
} from './fault';
import { nameOf, running, type Attempt } from './journal';
import { giveClock } from './clock';
import { signal } from './signal';
import { STAY_MS, STAYS } from './suite';

/** How long a session lasts that nobody ends, in milliseconds: as short as can be asked for. */
const SHORT_MS = 60_000;
/** How long a host that stands still for good may be there, in milliseconds: longer than anybody waits for it. */
const HUNG_MS = 60_000;
const POLL_MS = 100;

/** A fault of one attempt's browser or tab. A later test on the same session has no excuse: it has to be another session by then. */
function strikesSession(name: string, strike: (victim: Attempt) => void): Kind {
  return {
    name,
    strike: async (scene) => {
      const victim = pickVictim(scene);
      return victim && atOnce(ofSession(victim.session), () => strike(victim));
    },
  };
}

/** A fault of a process that all tests share. */
function strikesProcess(
  name: string,
  pidOf: (scene: Scene) => number | undefined,
  strike: (pid: number, scene: Scene) => ReturnType<Kind['strike']>,
): Kind {
  return {
    name,
    isShared: true,
    strike: async (scene) => {
      const pid = pidOf(scene);
      if (pid === undefined || running(scene.attempts()).length === 0) return undefined;
      return strike(pid, scene);
    },
  };
}

const hostOf = ({ project }: Scene): number | undefined => project.hosts().map(Number)[0];
const runnerOf = ({ run }: Scene): number => run.pid;

/** Nobody gets an end of the run after this, so whatever fails from now on has its reason. */
const fromNowOn = async (strike: () => unknown): ReturnType<Kind['strike']> => ({
  ...(await atOnce(everybody, strike)),
  toMs: Infinity,
});

/** Until somebody has ended it. */
async function hang(pid: number): Promise<void> {
  signal(pid, 'SIGSTOP');
  for (const until = Date.now() + HUNG_MS; isAlive(pid) && Date.now() < until;)
    await delay(POLL_MS);
}

/** Until a test is over that outlasts its session. */
async function outlast(victim: Attempt, { project, attempts }: Scene): Promise<void> {
  const name = nameOf(victim);
  writeFileSync(join(project.folder, `${STAYS}${name}`), '');
  const goesOn = (): boolean =>
    isAlive(victim.worker) && running(attempts()).some((it) => nameOf(it) === name);
  for (const until = Date.now() + STAY_MS; goesOn() && Date.now() < until;) await delay(POLL_MS);
}

/** The time of a whole machine is changed, except for what has just been started. */
function changeClocks(host: number, { attempts, run, place }: Scene): void {
  const workers = running(attempts()).map(({ worker }) => worker);
  for (const pid of new Set([host, run.pid, ...workers])) signal(pid, 'SIGUSR2');
  if (place.api) signal(place.api.pid, 'SIGUSR2');
}

export const OF_RUNS: readonly Kind[] = [
  {
    name: 'worker killed',
    strike: async (scene) => {
      const victim = pickVictim(scene);
      return victim && atOnce(ofWorker(victim.workerIndex), () => signal(victim.worker, 'SIGKILL'));
    },
  },
  {
    name: 'worker stopped',
    strike: async (scene) => {
      const victim = pickVictim(scene);
      return victim && meanwhile(nobody, async () => standStill(victim.worker));
    },
  },
  strikesSession('browser killed', ({ browser }) => signal(browser, 'SIGKILL')),
  strikesSession('browser stopped', ({ browser }) => signal(browser, 'SIGSTOP')),
  strikesSession('tab killed', ({ renderers }) =>
    renderers.forEach((pid) => signal(pid, 'SIGKILL')),
  ),
  strikesSession('tab stopped', ({ renderers }) =>
    renderers.forEach((pid) => signal(pid, 'SIGSTOP')),
  ),
  {
    name: 'session expired',
    comesLast: true,
    sessionOptions: { maxDuration: SHORT_MS, idleTimeout: SHORT_MS },
    strike: async (scene) => {
      const victim = pickVictim(scene);
      if (!victim) return undefined;
      const fault = await meanwhile(ofSession(victim.session), async () => outlast(victim, scene));
      return { ...fault, says: new RegExp(`${victim.session} .* reached its maximum duration`) };
    },
  },
  strikesProcess('host killed', hostOf, async (pid) =>
    atOnce(everybody, () => signal(pid, 'SIGKILL')),
  ),
  strikesProcess('host stopped', hostOf, async (pid) =>
    meanwhile(nobody, async () => standStill(pid)),
  ),
  strikesProcess('host hangs', hostOf, async (pid) => meanwhile(everybody, async () => hang(pid))),
  strikesProcess('clock changed', hostOf, async (pid, scene) =>
    (await giveClock(pid)) ? atOnce(nobody, () => changeClocks(pid, scene)) : undefined,
  ),
  strikesProcess('runner stopped', runnerOf, async (pid) =>
    meanwhile(nobody, async () => standStill(pid)),
  ),
  {
    ...strikesProcess('runner killed', runnerOf, async (pid) =>
      fromNowOn(() => signal(pid, 'SIGKILL')),
    ),
    endsRun: true,
  },
  {
    ...strikesProcess('Ctrl-C', runnerOf, async (_pid, { run }) =>
      fromNowOn(() => run.interrupt()),
    ),
    endsRun: true,
  },
];
