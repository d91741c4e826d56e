/**
 * Where a session server keeps what it has, as plain files that a person can read:
 *
 *   sessions/ID/    session.json, trajectory.jsonl, recording/, downloads/, network/; profile/ while its browser runs
 *   profiles/ID/    profile.json (with its cookies), user-data-.../
 *   uploads/        the account's files, under their own names
 *   incoming/       files that are just arriving; emptied at each start
 *   server.json     the version of this format, and the key that signs URLs
 *   server.lock     which server runs on the folder
 */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeFolder, removeFolder } from '../../base/folders';
import { endBrowsersBelow } from '../../browser/left-browsers';
import { SessionwrightError } from '../../contract/errors';
import { lockFolder } from './folder-lock';
import { openServerFile } from './server-file';
import { abandonedFolders, makeTemporaryFolder, removeAbandoned } from './temporary-folder';

/** The folder of a server. */
export class DataFolder {
  readonly path: string;
  /** True if ended sessions are kept for the next server. */
  readonly isKept: boolean;
  /** Signs URLs; the same after a restart, so that URLs which were given out still work. */
  readonly signingKey: Buffer;
  /** Lets the next server have the folder, or removes a temporary one. */
  readonly close: () => Promise<void>;

  private constructor(path: string, parts: Pick<DataFolder, 'isKept' | 'signingKey' | 'close'>) {
    this.path = path;
    this.isKept = parts.isKept;
    this.signingKey = parts.signingKey;
    this.close = parts.close;
  }

  /**
   * Opens the folder that is kept, `dataDir`; or one for this run only, `workDir`; or a temporary one, which is removed at the end.
   * @throws {@link SessionwrightError} `data_folder_in_use` when another server runs on it, `data_folder_unusable` when it cannot be written,
   * is of a newer format, or its `server.json` is damaged
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
    const path = isTemporary ? await makeTemporaryFolder() : resolve(given);
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

  /** On the same disk as everything else, so that moving out of it is one step. */
  get incoming(): string {
    return join(this.path, 'incoming');
  }
}

/** What killed servers left in the system's folder for temporary files. What cannot be removed now is tried again by the next one. */
async function removeAllAbandoned(): Promise<void> {
  for (const folder of await abandonedFolders().catch(() => []))
    await removeAbandoned(folder).catch(() => {});
}

/** Makes the folders and returns the signing key. Changes nothing in a folder that this version cannot use. */
async function prepare(path: string): Promise<Buffer> {
  const signingKey = await openServerFile(path);
  await rm(join(path, 'incoming'), { recursive: true, force: true });
  for (const name of ['sessions', 'profiles', 'uploads', 'incoming'])
    await mkdir(join(path, name), { recursive: true, mode: 0o700 });
  return signingKey;
}
