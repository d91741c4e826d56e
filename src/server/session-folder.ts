/** The folder of one session: its profile while it runs, its frames until they are no longer wanted. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeProfile } from '../browser/profile-folder';

/** Where a session keeps what it has on disk. */
export class SessionFolder {
  /** Chromium's profile. */
  readonly profile: string;
  /** The recording's frames, and the film made of them. */
  readonly recording: string;
  /** The network log. */
  readonly network: string;
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
    this.profile = join(path, 'profile');
    this.recording = join(path, 'recording');
    this.network = join(path, 'network');
  }

  /** Makes the folder, which only this user may read. */
  static async create(workDir: string, sessionId: string): Promise<SessionFolder> {
    const folder = new SessionFolder(join(workDir, sessionId));
    await mkdir(folder.profile, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Removes the profile. To be called when the browser has ended. */
  async removeProfile(): Promise<void> {
    await removeProfile(this.profile);
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    await removeProfile(this.profile);
    await rm(this.#path, { recursive: true, force: true });
  }
}
