/** What an attack is, and what it may use. */
import type { Random } from '../chaos/random';
import type { ApiAnswer } from '../integration/server/api';

/** Who attacks: a page in a session of team B, a client with team B's key or links, or a caller without a key. */
export type Attacker = 'page' | 'client' | 'stranger';

/** A session as the server returned it. */
export interface StartedSession {
  session_id: string;
  cdp_url: string;
  viewer_url: string;
}

/** Calls the API with a key, and gives up when the attack is over. */
export type Call = (
  method: string,
  path: string,
  options?: { body?: unknown; headers?: Record<string, string> },
) => Promise<ApiAnswer>;

/** What an attack works with. */
export interface Scene {
  url: string;
  port: number;
  random: Random;
  /** Aborts when the attack's time is over. */
  signal: AbortSignal;
  /** How long the attack may take, in milliseconds. */
  limitMs: number;
  /** A session of team B, which this attack has to itself unless there are more attacks than sessions. */
  session: StartedSession;
  /** With team B's key. */
  call: Call;
  keyB: string;
  /** Sessions of team A at this moment. */
  victims: () => Promise<string[]>;
  /** Opens a page with this HTML in {@link session}; closed when the attack is over. */
  open: (html: string) => Promise<void>;
  /** Reports something that an attacker must not be able to read or do. */
  leak: (what: string) => void;
}

/** One kind of attack. Its own errors do not count: most attacks are meant to be refused. */
export interface Attack {
  name: string;
  by: Attacker;
  run: (scene: Scene) => Promise<unknown>;
}

/** Repeats until the attack is over, at most so many times. */
export async function repeat(
  { signal }: Scene,
  times: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  for (let n = 0; n < times && !signal.aborted; n++) await work(n).catch(() => undefined);
}

/** So many at once, whatever becomes of each. */
export async function together(
  times: number,
  work: (n: number) => Promise<unknown>,
): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(Array.from({ length: times }, async (_, n) => work(n)));
}
