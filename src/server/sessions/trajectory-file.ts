/** A session's steps on disk, one JSON line each, written as they are taken: a kill loses none that was written. */
import { appendFile, readFile } from 'node:fs/promises';
import type { SessionStep } from '../../contract/session';
import type { Trajectory } from './trajectory';

/** Writes down each step of one trajectory. */
export class TrajectoryFile {
  #writing: Promise<void> = Promise.resolve();

  /** @param file is made with the first step */
  constructor(trajectory: Trajectory, file: string) {
    trajectory.onStep((step) => {
      const line = `${JSON.stringify(step)}\n`;
      this.#writing = this.#writing.then(async () => appendFile(file, line, { mode: 0o600 })).catch(() => {}); // a full disk fails no action
    });
  }

  /** Resolves when every step so far is written. */
  async flushed(): Promise<void> {
    await this.#writing;
  }
}

/** The steps in a file. A line that is not whole is left out. */
export async function readSteps(file: string): Promise<SessionStep[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').slice(0, -1).flatMap(parseLine);
}

function parseLine(line: string): SessionStep[] {
  try {
    return [JSON.parse(line) as SessionStep];
  } catch {
    return []; // a full disk or a power failure cut it short
  }
}
