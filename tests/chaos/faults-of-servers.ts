/** What goes wrong with a session API elsewhere: the server itself, the sockets that lead to its browsers, and its answers. */
import { setTimeout as delay } from 'node:timers/promises';
import { halfOpen, slowDown, type BadAnswer, type Door } from './door';
import {
  atOnce,
  everybody,
  type Fault,
  type Kind,
  meanwhile,
  nobody,
  ofSession,
  pickVictim,
  standStill,
  type Sufferer,
} from './fault';
import { fillFor } from './faults-of-disks';
import { running } from './journal';

/** How long a server that was killed is gone, in milliseconds. */
const GONE_MS = 1_000;
/** How long bad answers wait for somebody who asks, in milliseconds. */
const ASKED_MS = 10_000;
const POLL_MS = 50;

/** A fault of the sockets that lead to a running test's browser. */
function strikesSockets(
  name: string,
  strike: (passage: ReturnType<Door['passages']>[number]) => void,
  touches: (session: string) => Fault['touches'] = ofSession,
): Kind {
  return {
    name,
    strike: async (scene) => {
      const passages = (session: string): ReturnType<Door['passages']> =>
        scene.place.api?.door.passages(session) ?? [];
      const victim = pickVictim(scene, ({ session }) => passages(session).length > 0);
      return (
        victim &&
        atOnce(touches(victim.session), () => passages(victim.session).forEach((it) => strike(it)))
      );
    },
  };
}

/** Answers of the API that are not what was asked for. It has struck when somebody has asked. */
function answersBadly(
  how: BadAnswer,
  touches: (requests: readonly string[]) => Fault['touches'] = () => nobody,
): Kind {
  return {
    name: `API: ${how}`,
    strike: async ({ random, place }) => {
      const door = place.api?.door;
      if (!door) return undefined;
      const fromMs = Date.now();
      const times = how === 'nothing' ? 1 : 1 + random.below(2);
      door.answerBadly(how, times);
      const answered = (): ReturnType<Door['badlyAnswered']> => door.badlyAnswered(how, fromMs);
      while (answered().length < times && Date.now() < fromMs + ASKED_MS) await delay(POLL_MS);
      door.mend();
      if (answered().length === 0) return undefined;
      const requests = answered().map(({ request }) => request);
      return { fromMs, toMs: Date.now(), touches: touches(requests) };
    },
  };
}

/** What was answered with something else is not asked for again: it may have been done. That fails the test that asked, or the one whose session was to be started. */
function whoAsked(requests: readonly string[]): Fault['touches'] {
  const isStart = requests.some((it) => it.endsWith('/sessions/start'));
  return ({ session }: Sufferer) =>
    isStart || (session !== undefined && requests.some((it) => it.includes(session)));
}

export const OF_SERVERS: readonly Kind[] = [
  strikesSockets('socket dropped', ({ client, server }) => {
    client.destroy();
    server.destroy();
  }),
  strikesSockets('socket half-open', halfOpen),
  strikesSockets('socket slow', slowDown, () => nobody),
  {
    name: 'server killed',
    isShared: true,
    strike: async ({ place, attempts }) =>
      running(attempts()).length === 0
        ? undefined
        : atOnce(everybody, async () => place.api?.restart(GONE_MS)),
  },
  {
    name: 'server stopped',
    isShared: true,
    strike: async ({ place }) => meanwhile(nobody, async () => standStill(place.api?.pid ?? 0)),
  },
  {
    name: 'disk full: server', // everything of its sessions is there, their browsers' profiles too
    isShared: true,
    needsDisk: true,
    strike: async ({ place }) => place.api?.disk && fillFor(place.api.disk, everybody),
  },
  {
    name: 'session ended by somebody',
    strike: async (scene) => {
      const victim = pickVictim(scene);
      return (
        victim &&
        meanwhile(ofSession(victim.session), async () =>
          scene.place.api?.stopSession(victim.session),
        )
      );
    },
  },
  answersBadly('429'),
  answersBadly('500'),
  answersBadly('529'),
  answersBadly('garbage', whoAsked),
  answersBadly('nothing'),
  answersBadly('twice'),
  answersBadly('lost'),
];
