/** What happens in a session: the newest entries in memory, all of them in a file, and each announced. */
import type { LineFile } from '../../base/line-file';
import type { KeptList } from '../../base/memory-budget';

/** The base of a session's logs. */
export abstract class SessionLog<Entry, Event> {
  protected readonly file: LineFile;
  protected readonly kept: KeptList<Entry>;
  readonly #listeners = new Set<(event: Event) => void>();

  /** @param file - created with the first line */
  protected constructor(file: LineFile, kept: KeptList<Entry>) {
    this.file = file;
    this.kept = kept;
  }

  /** Calls back at each change. Returns the function that stops that. */
  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when everything so far is written. */
  async flushed(): Promise<void> {
    await this.file.flushed();
  }

  protected emit(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }
}
