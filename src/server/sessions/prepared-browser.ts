/** The browser of a session that is about to begin, with the folder that they will have. */
import { randomUUID } from 'node:crypto';
import {
  openSessionBrowser,
  type BrowserSettings,
  type SessionBrowser,
} from '../browsers/session-browser';
import type { SessionPlan } from '../browsers/session-plan';
import type { DataFolder } from '../data/data-folder';
import type { ProfileStore } from '../data/profiles';
import { SessionFolder } from '../data/session-folder';
import { SessionProfile } from './session-profile';

/** All that a session needs to begin. */
export interface PreparedBrowser {
  /** Of the session to come. */
  readonly id: string;
  readonly folder: SessionFolder;
  /** The stored state that it begins with, where its plan names one. */
  readonly profile: SessionProfile | undefined;
  readonly browser: SessionBrowser;
  /** Ends the browser, and removes the folder: there will be no session. */
  discard(): Promise<void>;
}

/** What it is made of. */
export interface PreparationParts {
  data: DataFolder;
  profiles: ProfileStore;
  settings: BrowserSettings;
}

/**
 * Starts the browser that a plan asks for.
 * @throws what keeps it from starting; nothing of it is left then
 */
export async function prepareBrowser(
  plan: SessionPlan,
  { data, profiles, settings }: PreparationParts,
): Promise<PreparedBrowser> {
  const id = randomUUID();
  const folder = await SessionFolder.create(data.sessions, id);
  try {
    const profile = await SessionProfile.checkOut(profiles, plan.request.profile, folder.profile);
    const browser = await openSessionBrowser(plan, settings, folder.profile);
    const discard = async (): Promise<void> => {
      await browser.close();
      await folder.remove();
    };
    return { id, folder, profile, browser, discard };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
