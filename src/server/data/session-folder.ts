/** The folder of one session: the files of the running browser, and those that outlive it. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeProfile } from '../../browser/profile-folder';

/** The paths of a session's files. */
export class SessionFolder {
  /** Chromium's profile. */
  readonly profile: string;
  /** The recorded frames, and the replay. */
  readonly recording: string;
  /** Temporary files of Playwright and of running downloads. */
  readonly passing: string;
  /** Downloads for clients on other machines, which fetch them through the browser. */
  readonly fetched: string;
  /** Temporary files of the remote Playwright. */
  readonly playwright: string;
  /** The session's record. */
  readonly record: string;
  /** Its steps, one JSON line each. */
  readonly trajectory: string;
  /** Its tests, one JSON line each. */
  readonly tests: string;
  /** The steps of the tests, one JSON line each. */
  readonly testSteps: string;
  /** Logs of its requests. The network log creates the folder. */
  readonly network: string;
  /** Files that its pages downloaded. */
  readonly downloads: string;
  readonly #path: string;

  constructor(sessions: string, sessionId: string) {
    this.#path = join(sessions, sessionId);
    this.profile = join(this.#path, 'profile');
    this.recording = join(this.#path, 'recording');
    this.passing = join(this.#path, 'passing');
    this.fetched = join(this.#path, 'fetched');
    this.playwright = join(this.#path, 'playwright');
    this.record = join(this.#path, 'session.json');
    this.trajectory = join(this.#path, 'trajectory.jsonl');
    this.tests = join(this.#path, 'tests.jsonl');
    this.testSteps = join(this.#path, 'test-steps.jsonl');
    this.network = join(this.#path, 'network');
    this.downloads = join(this.#path, 'downloads');
  }

  /** Creates the folder, which only this user may read. */
  static async create(sessions: string, sessionId: string): Promise<SessionFolder> {
    const folder = new SessionFolder(sessions, sessionId);
    await mkdir(folder.profile, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Removes the files that only a running session needs. Call it when the browser has ended. */
  async removeRuntimeFiles(): Promise<void> {
    await removeProfile(this.profile);
    for (const folder of [this.passing, this.fetched, this.playwright])
      await rm(folder, { recursive: true, force: true });
  }

  /** Removes the downloads for clients that have left. */
  async removeFetched(): Promise<void> {
    await rm(this.fetched, { recursive: true, force: true });
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    await removeProfile(this.profile);
    await rm(this.#path, { recursive: true, force: true });
  }
}
