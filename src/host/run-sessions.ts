/** The sessions of a run, from their start to their confirmed end, and the facts about them for reports. */
import { orAfter, settledWithin } from '../base/deadline';
import { logOf } from '../base/log';
import { Pending } from '../base/pending';
import { HostError } from '../contract/errors';
import { isCloud } from '../options/source';
import type { SessionFacts } from '../story/test-story';
import type { HeldSession, Source } from './held-session';
import type { Lease, RunSummary, SessionLife } from './protocol';

/** How long a stop may take before the session counts as left running, in milliseconds. */
const STOP_TIMEOUT_MS = 20_000;
/**
 * How long starts may take at the end of the run before they are cancelled, in milliseconds. A start that waits for capacity gets that
 * of a stopped session. After a cancelled start it is unknown whether there is a session.
 */
const LAST_STARTS_MS = 10_000;

type Stop = () => Promise<unknown>;

const log = logOf('lease');

/** All sessions of one run, including those that its tests start themselves. */
export class RunSessions {
  readonly #useBeforeEnd: (held: HeldSession) => Promise<void>;
  readonly #running = new Set<HeldSession>();
  /** Ends of sessions, up to their stop. */
  readonly #ends = new Pending();
  /** Running sessions that tests started, by id. */
  readonly #ofTests = new Map<string, Source>();
  readonly #starts = new Pending();
  readonly #stops = new Map<string, Promise<void>>();
  /** Sessions that may still run, by id, with the stop to try again; undefined while the first stop goes on. */
  readonly #left = new Map<string, Stop | undefined>();
  readonly #lives = new Map<string, SessionLife>();
  #countOfTests = 0;
  #isEnding = false;

  /** @param useBeforeEnd - the last use of a session that works, when no worker has it any more; never rejects */
  constructor(useBeforeEnd: (held: HeldSession) => Promise<void>) {
    this.#useBeforeEnd = useBeforeEnd;
  }

  get running(): HeldSession[] {
    return [...this.#running];
  }

  /**
   * Starts a session.
   * @throws what `open` throws; {@link HostError} `host_unavailable` when the run is ending
   */
  async start(open: () => Promise<HeldSession>): Promise<HeldSession> {
    if (this.#isEnding) throw runIsEnding('Could not start a session');
    return this.#starts.track(this.#start(open));
  }

  /** Stops a session. Resolves when it has ended, or takes too long. */
  async end(held: HeldSession): Promise<void> {
    if (this.#running.delete(held)) await this.#ends.track(this.#end(held));
    else await this.#ends.settled(); // it may be ending
  }

  async #end(held: HeldSession): Promise<void> {
    if (held.isGood(0, { isKept: true })) await this.#useBeforeEnd(held);
    const { id } = held.session;
    log('session %s: ended', id);
    if (held.usage !== 'new' || held.isCostly) this.#lives.set(id, lifeOf(held));
    await this.#stop(id, async () => held.stop());
  }

  /** A test started a session. It ends with the run. */
  startedByTest(id: string, source: Source): void {
    this.#countOfTests++;
    this.#ofTests.set(id, source);
  }

  /** A test stopped a session: its own, or one that it started. */
  async stoppedByTest(id: string): Promise<void> {
    for (const held of this.#running) if (held.session.id === id) held.stoppedByTest();
    const source = this.#ofTests.get(id);
    this.#ofTests.delete(id);
    await source?.stopped(id);
  }

  /** Starts no more sessions, and stops all that are not excepted. */
  endAll(isExcepted: (held: HeldSession) => boolean = () => false): void {
    this.#isEnding = true;
    for (const held of this.#running)
      if (isExcepted(held)) void this.#ends.track(this.#useBeforeEnd(held));
      else void this.end(held);
    for (const [id, source] of this.#ofTests)
      void this.#stop(id, async () => {
        await source.client.stop(id);
        await this.stoppedByTest(id);
      });
  }

  /** Waits for all starts and stops, and retries failed stops. */
  async over(cancelStarts: () => void): Promise<void> {
    await this.#ends.settled();
    await Promise.all(this.#stops.values());
    await settledWithin(this.startsSettled(), LAST_STARTS_MS);
    cancelStarts();
    await settledWithin(this.startsSettled(), LAST_STARTS_MS);
    await Promise.all(this.#stops.values());
    await Promise.all([...this.#left].map(async ([id, stop]) => stop && this.#stop(id, stop)));
  }

  async startsSettled(): Promise<void> {
    await this.#starts.settled();
  }

  get summary(): Pick<RunSummary, 'sessions' | 'browserMs' | 'leftRunning' | 'lives'> {
    const leftRunning = [...this.#left.keys()];
    const kept = this.running.map((held) => lifeOf(held)); // their tests are over
    const lives = [...this.#lives.values(), ...kept].map((life) =>
      leftRunning.includes(life.id) ? { ...life, end: 'left' as const } : life,
    );
    return {
      sessions: lives.length + this.#countOfTests,
      browserMs: lives.reduce((sumMs, { readyMs, endMs }) => sumMs + endMs - readyMs, 0),
      leftRunning,
      lives,
    };
  }

  async #start(open: () => Promise<HeldSession>): Promise<HeldSession> {
    const askedMs = Date.now();
    const held = await open();
    held.startMs = held.startedAtMs - askedMs;
    this.#running.add(held);
    if (!this.#isEnding) return held;
    this.#running.delete(held);
    await this.#stop(held.session.id, async () => held.stop());
    throw runIsEnding('The new session was stopped');
  }

  /** Never rejects. A stop that goes on is only waited for. */
  async #stop(id: string, stop: Stop): Promise<void> {
    const stopping = this.#stops.get(id) ?? this.#tryStop(id, stop);
    this.#stops.set(id, stopping);
    await stopping;
  }

  async #tryStop(id: string, stop: Stop): Promise<void> {
    const stopping = stop().then(
      () => 'stopped' as const,
      () => 'refused' as const,
    );
    void stopping.then((it) => it === 'stopped' && this.#left.delete(id)); // it may come late
    const outcome = await orAfter(stopping, STOP_TIMEOUT_MS, 'late');
    if (outcome === 'stopped') this.#left.delete(id);
    else this.#left.set(id, outcome === 'refused' ? stop : undefined);
    this.#stops.delete(id);
  }
}

function lifeOf(held: HeldSession): SessionLife {
  return { ...factsOf(held), end: held.hasDied ? 'died' : 'stopped', endMs: Date.now() };
}

/** The facts about a running session, for reports. */
function factsOf(held: HeldSession): SessionFacts {
  const { session, source, startedAtMs, startMs, isCostly } = held;
  return {
    id: session.id,
    source: source.label,
    readyMs: startedAtMs,
    startMs,
    isBilled: isCostly && isCloud(source.api.url),
  };
}

/** A worker's right to a session. */
export function leaseOf(
  held: HeldSession,
  given: Pick<Lease, 'leaseId' | 'reused' | 'notices'>,
): Lease {
  const { session, source, cdpUrl, playwright } = held;
  return {
    ...given,
    sessionId: session.id,
    cdpUrl,
    playwright,
    viewerUrl: session.viewerUrl,
    api: source.api,
    embedded: source.isEmbedded,
    local: source.isLocal,
    downloadsPath: session.info.downloadsPath,
    facts: factsOf(held),
  };
}

function runIsEnding(what: string): HostError {
  return new HostError(`${what}: the run is ending.`, { code: 'host_unavailable' });
}
