/** The job that reads what happened in an ended session from the files in its folder. */
import type { ViewedEvent } from '../../contract/viewer';
import type { Job } from '../../work/job';

/** Where the files are. */
export interface EventFiles {
  testSteps: string;
  network: string;
}

/** Gives the steps of tests, console messages and failed requests. The largest log that is read takes a second on an idle machine. */
export const eventsJob: Job<EventFiles, ViewedEvent[]> = { name: 'events', timeoutMs: 20_000 };
