/** Disks that are full for a while: the one of the run itself, of its cookies, or of what its tests leave. */
import { setTimeout as delay } from 'node:timers/promises';
import { everybody, type Fault, type Kind, meanwhile, nobody } from './fault';
import type { Folder } from './suite';

/** How long there is no room, in milliseconds. */
const FULL_MS = 3_000;

function fills(folder: Folder, touches: Fault['touches']): Kind {
  return {
    name: `disk full: ${folder}`,
    isShared: true,
    strike: async ({ disks }) =>
      disks &&
      meanwhile(touches, async () => {
        await disks.fill(folder);
        await delay(FULL_MS);
        await disks.free(folder);
      }),
  };
}

/** Browsers keep their profiles where the run has its files: they may end, or not start. Everything else only misses something, and says so. */
export const OF_DISKS: readonly Kind[] = [
  fills('run', everybody),
  fills('cookies', nobody),
  fills('output', nobody),
];
