/**
 * The data folder of a session server, in plain files that a person can read:
 *
 *   sessions/ID/    session.json, trajectory.jsonl, recording/, downloads/, network/; profile/ while its browser runs
 *   profiles/ID/    profile.json (with its cookies), user-data-.../
 *   uploads/        the account's files, under their own names
 *   incoming/       uploads in progress; emptied at each start
 *   server.json     the version of this format, and the key that signs URLs
 *   server.lock     the server that runs on the folder
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder, removeFolder } from '../../base/folders';
import { endBrowsersBelow } from '../../browser/left-browsers';
import { SessionwrightError } from '../../contract/errors';
import { abandonedFolders, lockFolder, removeAbandoned, TEMPORARY_PREFIX } from './folder-lock';
import { openServerFile } from './server-file';

/** The folder of a server. */
export class DataFolder {
  readonly path: string;
  /** True if ended sessions are kept for the next server. */
  readonly isKept: boolean;
  /** Signs URLs. A restart keeps it, so that earlier URLs still work. */
  readonly signingKey: Buffer;
  /** Unlocks the folder, or removes a temporary one. */
  readonly close: () => Promise<void>;

  private constructor(path: string, parts: Pick<DataFolder, 'isKept' | 'signingKey' | 'close'>) {
    this.path = path;
    this.isKept = parts.isKept;
    this.signingKey = parts.signingKey;
    this.close = parts.close;
  }

  /**
   * Opens `dataDir`, which is kept; or `workDir`, for this run only; or a temporary folder, which {@link close} removes.
   * @throws {@link SessionwrightError} `data_folder_in_use` if another server runs on it, `data_folder_unusable` if it cannot be written,
   * has a newer format, or its `server.json` is damaged
   */
  static async open({
    dataDir,
    workDir,
  }: {
    dataDir?: string | undefined;
    workDir?: string | undefined;
  }): Promise<DataFolder> {
    const given = dataDir ?? workDir;
    const isTemporary = given === undefined;
    if (isTemporary) await removeAllAbandoned();
    const path = isTemporary ? await mkdtemp(join(tmpdir(), TEMPORARY_PREFIX)) : resolve(given);
    try {
      await makeFolder(path, 0o700);
      const unlock = await lockFolder(path);
      if (dataDir !== undefined) await endBrowsersBelow(join(path, 'sessions')).catch(() => {}); // of a server that was killed
      const close = async (): Promise<void> => {
        await unlock();
        if (isTemporary) await removeFolder(path);
      };
      const signingKey = await prepare(path).catch(async (error: unknown) => {
        await close();
        throw error;
      });
      return new DataFolder(path, { isKept: dataDir !== undefined, signingKey, close });
    } catch (error) {
      if (!(error instanceof Error) || !('syscall' in error)) throw error;
      throw new SessionwrightError(
        `Cannot use the data folder ${path}: ${error.message}. Name a folder that this user may write to.`,
        { code: 'data_folder_unusable', cause: error },
      );
    }
  }

  get sessions(): string {
    return join(this.path, 'sessions');
  }

  get profiles(): string {
    return join(this.path, 'profiles');
  }

  get uploads(): string {
    return join(this.path, 'uploads');
  }

  /** On the same disk as the other folders, so that moving a file out of it is atomic. */
  get incoming(): string {
    return join(this.path, 'incoming');
  }
}

/** Removes the temporary folders of killed servers. If that fails, the next server tries again. */
async function removeAllAbandoned(): Promise<void> {
  for (const folder of await abandonedFolders().catch(() => []))
    await removeAbandoned(folder).catch(() => {});
}

/** Creates the folders and returns the signing key. Changes nothing in a folder that this version cannot use. */
async function prepare(path: string): Promise<Buffer> {
  const signingKey = await openServerFile(path);
  await rm(join(path, 'incoming'), { recursive: true, force: true });
  for (const name of ['sessions', 'profiles', 'uploads', 'incoming'])
    await mkdir(join(path, name), { recursive: true, mode: 0o700 });
  return signingKey;
}
