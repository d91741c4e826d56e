/** A session's steps on disk, one JSON line each, written as they are taken: a kill loses none that was written. */
import { appendFile } from 'node:fs/promises';
import { readFileEnd } from '../../base/file-end';
import { parseJson } from '../../base/json';
import { Queue } from '../../base/queue';
import type { SessionStep } from '../../contract/session';
import { TOLD_BYTES, type Trajectory } from './trajectory';

/** Writes down each step of one trajectory. */
export class TrajectoryFile {
  readonly #writing = new Queue();
  readonly #trajectory: Trajectory;
  readonly #file: string;

  /** @param file is made with the first step */
  constructor(trajectory: Trajectory, file: string) {
    this.#trajectory = trajectory;
    this.#file = file;
    trajectory.onStep((_, json) => {
      this.#writing.run(async () => appendFile(file, `${json}\n`, { mode: 0o600 })).catch(() => {}); // a full disk fails no action
    });
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
    await this.#writing.drained();
  }
}

/** The newest steps in a file, as many as are told of a session. A line that is not whole is left out. */
export async function readSteps(file: string): Promise<SessionStep[]> {
  const text = await readFileEnd(file, TOLD_BYTES).catch(() => '');
  return text.split('\n').slice(0, -1).flatMap(parseLine);
}

function parseLine(line: string): SessionStep[] {
  const step = parseJson(line) as SessionStep | undefined;
  return step === undefined ? [] : [step]; // a full disk or a power failure cut it short, or it began before what is told
}
