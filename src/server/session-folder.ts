/** The folder of one session: its profile while it runs, its frames until they are no longer wanted. The only place that removes either. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Tries to remove a folder, 50 ms apart and each 50 ms later than the one before: a browser that ends still writes for a moment. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/** Where a session keeps what it has on disk. */
export class SessionFolder {
  /** Chromium's profile. */
  readonly profile: string;
  /** The recording's frames, and the film made of them. */
  readonly recording: string;
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
    this.profile = join(path, 'profile');
    this.recording = join(path, 'recording');
  }

  /** Makes the folder, which only this user may read. */
  static async create(workDir: string, sessionId: string): Promise<SessionFolder> {
    const folder = new SessionFolder(join(workDir, sessionId));
    await mkdir(folder.profile, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Removes the profile. To be called when the browser has ended. */
  async removeProfile(): Promise<void> {
    await rm(this.profile, REMOVAL);
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    await rm(this.#path, REMOVAL);
  }
}
