/** Makes folders, and removes those that a process has just left. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './errors';

/** Tries for about three seconds, the first time after 50 ms and each time 50 ms later than before: the last of a killed browser's processes may still write. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Removes a folder with all that is in it. What is not there is no error. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, REMOVAL);
}

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where nothing can be made, as below `/proc` (Node 20.20).
 * @throws the error of the system, such as `ENOENT` or `EACCES`
 */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path), mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number | undefined): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
  }
}
