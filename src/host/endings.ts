/** The stops of a run's sessions: in the background, each bounded, and at the run's end once more where one has failed. */
import { orAfter } from '../base/deadline';

/** How long stopping a session may take before it is called left running, in milliseconds. */
const STOP_TIMEOUT_MS = 20_000;

type Stop = () => Promise<unknown>;

/** The stops of one run. */
export class Endings {
  readonly #pending = new Map<string, Promise<void>>();
  /** How to stop them once more, by id; undefined while the first time goes on. */
  readonly #left = new Map<string, Stop | undefined>();

  /** Ids of the sessions that may still run. */
  get left(): string[] {
    return [...this.#left.keys()];
  }

  /** Resolves when the session has ended, or takes too long for it. Never rejects. One that is being ended already is only waited for. */
  async end(sessionId: string, stop: Stop): Promise<void> {
    const ending = this.#pending.get(sessionId) ?? this.#end(sessionId, stop);
    this.#pending.set(sessionId, ending);
    await ending;
  }

  /** Resolves when those of now have ended, or take too long for it. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending.values());
  }

  /** The run is over: waits for all of them, and tries once more what was refused. */
  async over(): Promise<void> {
    await this.settled();
    const refused = [...this.#left].flatMap(([id, stop]) => (stop ? [this.end(id, stop)] : []));
    await Promise.all(refused);
  }

  async #end(sessionId: string, stop: Stop): Promise<void> {
    const stopping = stop().then(
      () => 'stopped' as const,
      () => 'refused' as const,
    );
    void stopping.then((it) => it === 'stopped' && this.#left.delete(sessionId)); // it may come late
    const outcome = await orAfter(stopping, STOP_TIMEOUT_MS, 'late');
    if (outcome === 'stopped') this.#left.delete(sessionId);
    else this.#left.set(sessionId, outcome === 'refused' ? stop : undefined);
    this.#pending.delete(sessionId);
  }
}
