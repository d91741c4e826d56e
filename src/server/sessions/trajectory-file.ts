/** A session's steps on disk, one JSON line each, written as they are taken: a kill loses none that was written. */
import { readFileEnd } from '../../base/file-end';
import { parseJson } from '../../base/json';
import { LineFile } from '../../base/line-file';
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
  const text = await readFileEnd(file, TOLD_BYTES).catch(() => '');
  return text.split('\n').slice(0, -1).flatMap(parseLine);
}

/** Nothing for a line that was cut short (by a full disk, or since what is read begins there), and for the one that says that older ones were dropped. */
function parseLine(line: string): SessionStep[] {
  const step = parseJson(line) as Partial<SessionStep> | undefined;
  return isStep(step) ? [step] : [];
}

function isStep(step: Partial<SessionStep> | undefined): step is SessionStep {
  return step?.type !== undefined;
}
