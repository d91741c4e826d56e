/** Creates folders, and removes folders that another process may just have closed. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './errors';

/** Retries for about three seconds, with growing pauses from 50 ms: processes of a killed browser may still write. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Removes a folder with its content. A missing folder is not an error. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, REMOVAL);
}

/**
 * Creates a folder and its parents. Node's `recursive` option never returns below folders such as `/proc` (Node 20.20).
 * @throws the system's error, such as `ENOENT` or `EACCES`
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
