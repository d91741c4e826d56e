/** A session's steps on disk, one JSON line each, written as they are taken: a kill loses none that was written. */
import { isRecord } from '../../base/json';
import { LineFile, readJsonLines } from '../../base/line-file';
import type { SessionStep } from '../../contract/session';
import { TOLD_BYTES, type Trajectory } from './trajectory';

/** Writes down each step of one trajectory. */
export class TrajectoryFile {
  readonly #lines: LineFile;
  readonly #trajectory: Trajectory;
  readonly #file: string;

  /** @param file is made with the first step */
  constructor(trajectory: Trajectory, file: string) {
    this.#trajectory = trajectory;
    this.#file = file;
    this.#lines = new LineFile(file, TOLD_BYTES);
    trajectory.onStep((_, json) => this.#lines.append(`${json}\n`));
  }

  /** The newest steps, as many as are told of a session: those that the memory had no room for are read. */
  async newest(): Promise<readonly SessionStep[]> {
    const told = this.#trajectory.steps;
    if (!this.#trajectory.hasGivenWay) return told;
    await this.flushed();
    const written = await readSteps(this.#file);
    return written.length > told.length ? written : told; // a disk that is full has fewer
  }

  /** Resolves when every step so far is written. */
  async flushed(): Promise<void> {
    await this.#lines.flushed();
  }
}

/** The newest steps in a file, as many as are told of a session. A line that is not whole is left out. */
export async function readSteps(file: string): Promise<SessionStep[]> {
  return (await readJsonLines(file, TOLD_BYTES)).filter(isStep);
}

/** False for the line that says that older ones were dropped. */
function isStep(record: unknown): record is SessionStep {
  return isRecord(record) && record['type'] !== undefined;
}
