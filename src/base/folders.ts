/** Removes folders that a process has just left. */
import { rm } from 'node:fs/promises';

/** Tries for about three seconds, the first time after 50 ms and each time 50 ms later than before: the last of a killed browser's processes may still write. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Removes a folder with all that is in it. What is not there is no error. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, REMOVAL);
}
