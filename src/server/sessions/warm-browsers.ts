/** Browsers for sessions: started when a session needs one, or before (`warm`). */
import { randomUUID } from 'node:crypto';
import { settledWithin } from '../../base/deadline';
import { logOf } from '../../base/log';
import { Pending } from '../../base/pending';
import type { StartOptions } from '../../contract/start';
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

const log = logOf('server');

/** How long after a session has begun the next browser is started for its place, in milliseconds: whoever asked for that session is about to connect and open a page, and needs the processors. */
const REFILL_DELAY_MS = 500;
/** A browser that ends sooner than this after its start, in milliseconds, is not replaced at once: the next one may do the same. */
const STEADY_MS = 10_000;

/** How long a browser may take to open a page, in milliseconds: one that takes longer hangs, and is not kept. */
const PAGE_MS = 10_000;

/** How warm browsers are made. */
export interface WarmOptions {
  /** How many wait. */
  count: number;
  /** What the first ones are for. */
  plan: SessionPlan;
  prepare: (plan: SessionPlan) => Promise<PreparedBrowser>;
}

/**
 * Keeps a number of browsers waiting, each for sessions with the options that it was made with. What was asked for last and was not
 * there takes the place of the one that waited longest.
 */
export class WarmBrowsers {
  readonly #options: WarmOptions;
  /** Oldest first. */
  readonly #waiting = new Map<PreparedBrowser, string>();
  readonly #starting = new Pending();
  readonly #ending = new Pending();
  /** What the next ones are made for. */
  #plan: SessionPlan;
  #refill: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WarmOptions) {
    this.#options = options;
    this.#plan = options.plan;
    this.#fill();
  }

  /** How many are ready. */
  get ready(): number {
    return this.#waiting.size;
  }

  /** The one that waited longest for such a session; undefined when there is none. Another one is started in its place soon. */
  take(plan: SessionPlan): PreparedBrowser | undefined {
    if (!mayWait(plan)) return undefined;
    const key = keyOf(plan);
    const found = [...this.#waiting].find(([, made]) => made === key)?.[0];
    this.#plan = plan;
    if (found) this.#waiting.delete(found);
    else this.#dismissOldest();
    this.#fillSoon();
    return found;
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#refill);
    for (const prepared of this.#waiting.keys()) this.#end(prepared);
    this.#waiting.clear();
    await this.#starting.settled();
    await this.#ending.settled();
  }

  #dismissOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (!oldest || this.#waiting.size < this.#options.count) return;
    this.#waiting.delete(oldest);
    this.#end(oldest);
  }

  #fillSoon(): void {
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined;
      this.#fill();
    }, REFILL_DELAY_MS).unref();
  }

  #fill(): void {
    while (!this.#isClosed && this.#waiting.size + this.#starting.size < this.#options.count) {
      this.#starting.background(this.#start(this.#plan));
    }
  }

  /** Never rejects: a session that cannot be started tells why itself. */
  async #start(plan: SessionPlan): Promise<void> {
    try {
      const prepared = await this.#options.prepare(plan);
      // A new renderer takes longer than all the rest.
      const hasPage = await settledWithin(prepared.browser.ensurePage(), PAGE_MS);
      if (this.#isClosed || !hasPage) {
        this.#end(prepared);
        return;
      }
      log('warm browser %s waits', prepared.id);
      this.#waiting.set(prepared, keyOf(plan));
      this.#watch(prepared);
    } catch (error) {
      log('no warm browser: %s', error);
    }
  }

  #watch(prepared: PreparedBrowser): void {
    const sinceMs = performance.now();
    void prepared.browser.exited.then(() => {
      if (!this.#waiting.delete(prepared)) return; // it is a session's
      log('warm browser %s ended while it waited', prepared.id);
      this.#end(prepared);
      if (performance.now() - sinceMs > STEADY_MS) this.#fill();
    });
  }

  #end(prepared: PreparedBrowser): void {
    this.#ending.background(prepared.discard());
  }
}

/** A profile is one session's at a time, a proxy is tried when a session begins, and a browser elsewhere is not ours to start. */
function mayWait({ request: { profile, proxies, cdpUrl } }: SessionPlan): boolean {
  return profile === undefined && cdpUrl === undefined && (proxies ?? false) === false;
}

/** What shapes a browser, as text: of its start request all but what cannot, and what its size and its window came to. */
function keyOf({ headless, size, request }: SessionPlan): string {
  const { channel = 'chromium', headless: asked, ...rest } = request;
  const wantsWindow = asked === false;
  const shape = { ...rest, ...ANY, channel, headless, wantsWindow, size };
  return JSON.stringify(
    Object.entries(shape)
      .filter(([, value]) => value !== undefined)
      .sort(),
  );
}

/** What does not shape a browser. */
const ANY = {
  idleTimeout: undefined,
  maxDuration: undefined,
  useFileStorage: undefined,
  solveCaptchas: undefined,
  webBotAuth: undefined,
  proxies: undefined,
  viewport: undefined,
} satisfies Partial<StartOptions>;

/** The browser of a session that is about to start, with its folder. */
export interface PreparedBrowser {
  /** The id of the session. */
  readonly id: string;
  readonly folder: SessionFolder;
  /** The state that it starts with; undefined if its plan names no profile. */
  readonly profile: SessionProfile | undefined;
  readonly browser: SessionBrowser;
  /** Ends the browser and removes the folder, if the session will not start. */
  discard(): Promise<void>;
}

/** What {@link prepareBrowser} needs. */
export interface PreparationParts {
  data: DataFolder;
  profiles: ProfileStore;
  settings: BrowserSettings;
}

/**
 * Starts the browser that a plan asks for.
 * @throws the reason of a failure, which leaves nothing behind
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
