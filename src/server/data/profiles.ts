/**
 * Profiles: browser state that outlives sessions.
 *
 *   profiles/ID/profile.json      what it is, its cookies, and the name of its user data: replaced in one step, which changes all at once
 *   profiles/ID/user-data-XXXX/   Chromium's folder: local storage, IndexedDB, caches. Never changed; a new state is a new folder
 *
 * A session works on a copy of its own. A crash leaves the old state or the new one, and at most a folder that nothing names,
 * which goes at the next start. Cookies are kept apart from Chromium's folder, so that they can be read and set while no browser runs.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
