/** What goes wrong with a Selenium Grid: a machine of it is gone, or its hub is started anew. */
import { setTimeout as delay } from 'node:timers/promises';
import { everybody, type Fault, isAlive, type Kind, meanwhile } from './fault';
import { running } from './journal';

/** How long killed processes may take to be gone, in milliseconds. */
const DEATH_MS = 300;

export const OF_GRIDS: readonly Kind[] = [
  {
    name: 'node killed',
    strike: async ({ random, place, attempts }) => {
      const { grid } = place;
      const atWork = running(attempts());
      if (!grid || atWork.length === 0) return undefined;
      const fromMs = Date.now();
      await grid.loseNode(random.below(grid.size));
      await delay(DEATH_MS);
      return { fromMs, toMs: fromMs, touches: allBut(livingSessions(atWork)) };
    },
  },
  {
    name: 'hub restarted',
    isShared: true,
    strike: async ({ place: { grid }, attempts }) => {
      await grid?.recovered();
      if (!grid || running(attempts()).length === 0) return undefined;
      return meanwhile(everybody, async () => grid.restartHub());
    },
  },
];

/** Sessions whose browsers are there, of tests that ran. */
function livingSessions(atWork: ReturnType<typeof running>): Set<string> {
  return new Set(atWork.filter(({ browser }) => isAlive(browser)).map(({ session }) => session));
}

function allBut(sessions: Set<string>): Fault['touches'] {
  return ({ session }) => session === undefined || !sessions.has(session);
}
