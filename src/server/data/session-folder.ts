/** The folder of one session: its browser's profile while it runs, and what is kept of it afterwards. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeProfile } from '../../browser/profile-folder';

/** Where a session keeps what it has on disk. */
export class SessionFolder {
  /** Chromium's profile. */
  readonly profile: string;
  /** The recording's frames, and the replay made of them. */
  readonly recording: string;
  /** What Playwright and downloads under way put down in passing. */
  readonly passing: string;
  /** What pages download for clients on other machines, who fetch it through the browser. */
  readonly fetched: string;
  /** What the Playwright beside the browser puts down, while there is one. */
  readonly playwright: string;
  /** What is known of the session. */
  readonly record: string;
  /** Its steps, one JSON line each. */
  readonly trajectory: string;
  /** Its tests, one JSON line each. */
  readonly tests: string;
  /** Their steps, the same. */
  readonly testSteps: string;
  /** Logs of its requests. Whoever writes them makes the folder. */
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

  /** Makes the folder, which only this user may read. */
  static async create(sessions: string, sessionId: string): Promise<SessionFolder> {
    const folder = new SessionFolder(sessions, sessionId);
    await mkdir(folder.profile, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Removes what only a running session needs. To be called when the browser has ended. */
  async removeRuntimeFiles(): Promise<void> {
    await removeProfile(this.profile);
    for (const folder of [this.passing, this.fetched, this.playwright])
      await rm(folder, { recursive: true, force: true });
  }

  /** Removes what pages have downloaded for clients that have left. */
  async removeFetched(): Promise<void> {
    await rm(this.fetched, { recursive: true, force: true });
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    await removeProfile(this.profile);
    await rm(this.#path, { recursive: true, force: true });
  }
}
