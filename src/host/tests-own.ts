/** The sessions that the tests of a run start by themselves, through the clients of their sessions. */
import type { Source } from './held-session';
import type { StartBook } from './start-book';

/** Those that run: the run ends what its tests have left. */
export class TestsOwn {
  readonly #sources = new Map<string, Source>();
  #count = 0;

  /** How many there have been. */
  get count(): number {
    return this.#count;
  }

  /** Takes note of starts at a source. */
  bookOf(source: Source): StartBook {
    return {
      begin: source.starts.begin,
      end: async (start, outcome) => {
        if (outcome.sessionId !== null) {
          this.#count++;
          this.#sources.set(outcome.sessionId, source);
        }
        await source.starts.end(start, outcome);
      },
    };
  }

  /** One has been stopped. */
  async stopped(sessionId: string): Promise<void> {
    const source = this.#sources.get(sessionId);
    this.#sources.delete(sessionId);
    await source?.stopped(sessionId);
  }

  /** Ids of those that run. */
  get running(): string[] {
    return [...this.#sources.keys()];
  }

  /** Stops one. */
  async stop(sessionId: string): Promise<void> {
    await this.#sources.get(sessionId)?.client.stop(sessionId);
    await this.stopped(sessionId);
  }
}
