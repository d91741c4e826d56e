/** Disks that are full for a while: the one of the run itself, of its cookies, or of what its tests leave. */
import { setTimeout as delay } from 'node:timers/promises';
import type { SmallDisk } from '../small-disk';
import { everybody, type Fault, type Kind, meanwhile, nobody } from './fault';
import type { Folder } from './suite';

/** How long there is no room, in milliseconds. */
const FULL_MS = 3_000;

/** The fault of a disk on which there is no room for a while. */
export async function fillFor(
  disk: SmallDisk,
  touches: Fault['touches'],
): Promise<Omit<Fault, 'kind'>> {
  return meanwhile(touches, async () => {
    await disk.fill();
    await delay(FULL_MS);
    await disk.free();
  });
}

function fills(folder: Folder, touches: Fault['touches']): Kind {
  return {
    name: `disk full: ${folder}`,
    isShared: true,
    needsDisk: true,
    strike: async ({ disks }) => disks && fillFor(disks.of(folder), touches),
  };
}

/** Browsers keep their profiles where the run has its files: they may end, or not start. Everything else only misses something, and says so. */
export const OF_DISKS: readonly Kind[] = [
  fills('run', everybody),
  fills('cookies', nobody),
  fills('output', nobody),
];
