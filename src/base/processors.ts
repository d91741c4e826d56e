/** Whether this machine's processors have time for what could wait. */
import { availableParallelism } from 'node:os';

/** A worker and its browser keep so many busy. */
const PER_WORKER = 2;

/** True where there is a processor for each of so many workers, and one for its browser: then what will be needed can be made ahead. */
export function hasTimeAhead(workers: number): boolean {
  return PER_WORKER * workers <= availableParallelism();
}
