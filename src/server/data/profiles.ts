/**
 * Profiles: browser state that outlives sessions.
 *
 *   profiles/ID/profile.json      its name, its cookies, and the name of its user data folder; always replaced atomically
 *   profiles/ID/user-data-XXXX/   Chromium's folder: local storage, IndexedDB, caches. Never changed; a new state gets a new folder
 *
 * A session works on a copy. A crash leaves the old state or the new one, and at most an unused folder, which the next start
 * removes. Cookies are not in Chromium's folder, so that the API can read and set them while no browser runs.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { removeFolder } from '../../base/folders';
import { writeJson } from '../../base/json';
import { bytesOf } from '../../base/memory-budget';
import { pageOf } from '../../base/page';
import { Queue } from '../../base/queue';
import { sizeText } from '../../base/texts';
import type { Cookie } from '../../contract/cookies';
import { cookieKey, cookieSchema, normalizeCookie } from '../../contract/cookies';
import type { CookieMode, Profile, ProfileList } from '../../contract/profiles';
import { datetime } from '../../contract/values';
import { badRequest, notFound } from '../../contract/refusals';
import { isTheirs, type Account } from '../accounts/account';
import { DamagedFileError, readDataFile } from './data-file';
import { pruneUserData } from './user-data';

const storedSchema = z.object({
  profile_id: z.string(),
  owner: z.string().optional(),
  name: z.string().nullable(),
  created_at: datetime,
  updated_at: datetime,
  deleted_at: datetime.nullable(),
  user_data: z
    .string()
    .regex(/^user-data-[\w-]+$/, 'must be the name of a folder next to the file')
    .nullable(),
  cookies: z.array(cookieSchema),
});

/** Limit of the profiles of an account, and of its deleted profiles that are remembered. */
const MAX_PROFILES = 200;
/** Memory limit for all cookies of an account's profiles, in bytes: 40,000 usual cookies. */
const MAX_COOKIE_BYTES = 32_000_000;

/** A stored profile. A deleted one keeps only its name, so that the API can say that it was deleted. */
type StoredProfile = z.output<typeof storedSchema>;

/** The profiles of one server. Changes to the same profile run one after the other. */
export class ProfileStore {
  readonly #folder: string;
  readonly #profiles = new Map<string, StoredProfile>();
  readonly #damaged = new Map<string, DamagedFileError>();
  readonly #changes = new Map<string, Queue>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads the folder, and removes leftovers of a crash. A damaged profile stays as it is, and does not affect others. */
  static async open(folder: string): Promise<ProfileStore> {
    const store = new ProfileStore(folder);
    const entries = await readdir(folder, { withFileTypes: true });
    for (const { name: id } of entries.filter((entry) => entry.isDirectory()))
      await store.#load(id).catch((error: unknown) => {
        if (!(error instanceof DamagedFileError)) throw error;
        store.#damaged.set(id, error);
      });
    return store;
  }

  /** One sentence per damaged profile. */
  get notices(): string[] {
    return [...this.#damaged.values()].map(({ message }) => message);
  }

  /** @throws {@link NotFoundError} for an unknown one, {@link ApiError} 400 for a deleted one */
  get(id: string): Profile {
    return describe(this.#stored(id));
  }

  /**
   * @throws {@link NotFoundError} for an unknown profile and for one of another account; {@link ApiError} 400 for a deleted one;
   * {@link DamagedFileError} for a damaged one
   */
  checkOwner(id: string, account: Account): void {
    const damaged = this.#damaged.get(id);
    if (damaged?.isFor(account)) throw damaged;
    if (!isTheirs(account, this.#profiles.get(id)?.owner)) throw unknown(id);
    this.#stored(id);
  }

  /** One page of the account's profiles, newest first. */
  list(
    query: { name: string | undefined; page: number; pageSize: number },
    account: Account,
  ): ProfileList {
    const part = query.name?.toLowerCase() ?? '';
    const wanted = [...this.#profiles.values()]
      .filter(
        (it) =>
          !it.deleted_at &&
          isTheirs(account, it.owner) &&
          (it.name ?? '').toLowerCase().includes(part),
      )
      .sort((a, b) => b.created_at.getTime() - a.created_at.getTime());
    return pageOf(wanted.map(describe), query);
  }

  async create(name: string | null, { name: owner }: Account): Promise<Profile> {
    const now = new Date();
    return this.#add({
      profile_id: newId(),
      ...(owner !== undefined && { owner }),
      name,
      created_at: now,
      updated_at: now,
      deleted_at: null,
      user_data: null,
      cookies: [],
    });
  }

  /** Removes its state. Sessions that use it continue, but do not save it. */
  async delete(id: string): Promise<void> {
    await this.#change(id, async (stored) => {
      await this.#save({ ...stored, deleted_at: new Date(), user_data: null, cookies: [] });
      await removeUnnamed(join(this.#folder, id), null);
      await this.#forgetDeleted(stored.owner);
    });
  }

  /** Creates a profile with the same state. */
  async duplicate(id: string, name: string | null): Promise<Profile> {
    return this.#change(id, async (stored) => {
      const now = new Date();
      const copy = {
        ...stored,
        profile_id: newId(),
        name: name ?? (stored.name === null ? null : `${stored.name} (copy)`),
        created_at: now,
        updated_at: now,
      };
      const folder = join(this.#folder, copy.profile_id);
      this.#checkRoom(copy.owner);
      try {
        if (stored.user_data !== null)
          await copyFolder(
            join(this.#folder, id, stored.user_data),
            join(folder, stored.user_data),
          );
        return await this.#add(copy);
      } catch (error) {
        await removeFolder(folder);
        throw error;
      }
    });
  }

  cookies(id: string): Cookie[] {
    return this.#stored(id).cookies;
  }

  /** Adds cookies, or replaces all cookies. Returns their number. */
  async setCookies(id: string, cookies: readonly Cookie[], mode: CookieMode): Promise<number> {
    return this.#change(id, async (stored) => {
      const all = new Map(
        [...(mode === 'append' ? stored.cookies : []), ...cookies.map(normalizeCookie)].map(
          (cookie) => [cookieKey(cookie), cookie],
        ),
      );
      await this.#save({ ...stored, updated_at: new Date(), cookies: [...all.values()] });
      return all.size;
    });
  }

  /** Copies the state for a session: files to its empty user data folder. Returns the cookies for its browser. */
  async checkOut(id: string, userDataDir: string): Promise<Cookie[]> {
    return this.#change(id, async (stored) => {
      if (stored.user_data !== null)
        await copyFolder(join(this.#folder, id, stored.user_data), userDataDir);
      return stored.cookies;
    });
  }

  /** Replaces the profile's state by a session's, and moves its folder. A failure leaves the profile unchanged. */
  async checkIn(id: string, state: { userDataDir: string; cookies: Cookie[] }): Promise<void> {
    await this.#change(id, async (stored) => {
      const name = `user-data-${randomUUID()}`;
      const target = join(this.#folder, id, name);
      try {
        await pruneUserData(state.userDataDir);
        await rename(state.userDataDir, target);
        await this.#save({
          ...stored,
          updated_at: new Date(),
          user_data: name,
          cookies: state.cookies,
        });
      } finally {
        await removeUnnamed(join(this.#folder, id), this.#stored(id).user_data);
      }
    });
  }

  async #load(id: string): Promise<void> {
    const folder = join(this.#folder, id);
    const file = { path: join(folder, 'profile.json'), name: `profiles/${id}/profile.json` };
    const schema = storedSchema.extend({ profile_id: z.literal(id) });
    const stored = await readDataFile(file, schema);
    if (!stored) return removeUnfinished(folder);
    this.#profiles.set(id, stored);
    await removeUnnamed(folder, stored.user_data);
  }

  #stored(id: string): StoredProfile {
    const stored = this.#profiles.get(id);
    if (!stored) throw unknown(id);
    if (stored.deleted_at)
      throw badRequest(
        400,
        'profile_deleted',
        `The profile ${id} was deleted at ${stored.deleted_at.toISOString()}. Make a new one.`,
      );
    return stored;
  }

  /** Runs work after earlier work on the same profile. */
  async #change<T>(id: string, work: (stored: StoredProfile) => Promise<T>): Promise<T> {
    this.#stored(id);
    const changes = this.#changes.get(id) ?? new Queue();
    this.#changes.set(id, changes);
    return changes.run(async () => work(this.#stored(id)));
  }

  /** @throws {@link ApiError} 413 if the owner has the most profiles allowed */
  #checkRoom(owner: string | undefined): void {
    const kept = [...this.#profiles.values()].filter((it) => it.owner === owner && !it.deleted_at);
    if (kept.length >= MAX_PROFILES)
      throw badRequest(
        413,
        'storage_full',
        `There are ${MAX_PROFILES} profiles, as many as a key may have. Delete one, or use one that is there.`,
      );
  }

  async #forgetDeleted(owner: string | undefined): Promise<void> {
    const deleted = [...this.#profiles.values()]
      .filter((it) => it.owner === owner && it.deleted_at)
      .sort((a, b) => Number(a.deleted_at) - Number(b.deleted_at));
    for (const { profile_id: id } of deleted.slice(0, -MAX_PROFILES)) {
      this.#profiles.delete(id);
      this.#changes.delete(id);
      await removeFolder(join(this.#folder, id));
    }
  }

  async #add(stored: StoredProfile): Promise<Profile> {
    this.#checkRoom(stored.owner);
    await mkdir(join(this.#folder, stored.profile_id), { recursive: true, mode: 0o700 });
    await this.#save(stored);
    return describe(stored);
  }

  /** @throws {@link ApiError} 413 if the cookies of its owner's profiles would exceed their limit */
  #checkCookies({ profile_id: id, owner, cookies }: StoredProfile): void {
    if (cookies.length === 0) return;
    const others = [...this.#profiles.values()].filter(
      (it) => it.owner === owner && it.profile_id !== id,
    );
    const bytes = others.reduce((sum, it) => sum + bytesOf(it.cookies), bytesOf(cookies));
    if (bytes > MAX_COOKIE_BYTES)
      throw badRequest(
        413,
        'storage_full',
        `The cookies of all profiles of a key may take ${sizeText(MAX_COOKIE_BYTES)} of memory, and would take ${sizeText(bytes)}. Delete a profile, or replace its cookies by fewer.`,
      );
  }

  /** Writes to disk first, then to memory, so that a restart finds everything that the API has returned. */
  async #save(stored: StoredProfile): Promise<void> {
    this.#checkCookies(stored);
    await writeJson(join(this.#folder, stored.profile_id, 'profile.json'), stored);
    this.#profiles.set(stored.profile_id, stored);
  }
}

function unknown(id: string): Error {
  return notFound(
    `There is no profile ${id} on this server. Make one with POST /profiles/create, and use its profile_id.`,
  );
}

function describe({
  profile_id: id,
  name,
  created_at: createdAt,
  updated_at: updatedAt,
  cookies,
}: StoredProfile): Profile {
  const domains = new Set(cookies.map(({ domain }) => domain.replace(/^\./, '')));
  return { id, name, createdAt, updatedAt, persistedDomains: [...domains].sort() };
}

function newId(): string {
  return `notte-profile-${randomBytes(8).toString('hex')}`;
}

/** Shares blocks with the original if the file system can. */
async function copyFolder(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE });
}

/** Removes an incomplete copy of a profile. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length > 0 && names.every((name) => name.includes('user-data-')))
    await removeFolder(folder);
}

/** Removes all user data folders of a profile except the named one. */
async function removeUnnamed(folder: string, named: string | null): Promise<void> {
  const names = await readdir(folder);
  const unnamed = names.filter((name) => name.startsWith('user-data-') && name !== named);
  await Promise.all(
    unnamed.map(async (name) => rm(join(folder, name), { recursive: true, force: true })),
  );
}
