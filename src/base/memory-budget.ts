/** Bounds what a process keeps in memory of what comes from outside: lists share a budget, and the oldest entries go. */

/** What an object, a field or a text takes in addition to its characters, in bytes: about what V8 needs. */
const OVERHEAD_BYTES = 40;

/** The bytes that some lists may take together. When they are used up, the oldest entry of the largest list is dropped. */
export class MemoryBudget {
  readonly #maxBytes: number;
  readonly #lists: KeptList<unknown>[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** A new list within this budget, that keeps so many entries at most. */
  list<T>(maxEntries: number): KeptList<T> {
    const list = new KeptList<T>(maxEntries, () => this.#fit());
    this.#lists.push(list);
    return list;
  }

  #fit(): void {
    const used = (): number => this.#lists.reduce((sum, { bytes }) => sum + bytes, 0);
    while (used() > this.#maxBytes)
      this.#lists.reduce((most, it) => (it.bytes > most.bytes ? it : most)).dropOldest();
  }
}

/** The newest entries of a list. */
export class KeptList<T> {
  readonly #maxEntries: number;
  readonly #fit: () => void;
  #entries: T[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  #dropped = 0;

  /** @param fit - makes room within the budget. Lists come from {@link MemoryBudget.list}. */
  constructor(maxEntries: number, fit: () => void) {
    this.#maxEntries = maxEntries;
    this.#fit = fit;
  }

  /** Oldest first. */
  get entries(): readonly T[] {
    return this.#entries;
  }

  /** About what they take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many older entries were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an entry. Its texts should come from `keptText`: otherwise they may take far more than they seem to. */
  push(entry: T): void {
    const size = bytesOf(entry);
    this.#entries.push(entry);
    this.#sizes.push(size);
    this.#bytes += size;
    if (this.#entries.length > this.#maxEntries) this.dropOldest();
    this.#fit();
  }

  /** Puts an entry of about the same size in the place of another one. */
  replace(index: number, entry: T): void {
    if (index in this.#entries) this.#entries[index] = entry;
  }

  /** Drops the oldest entry. */
  dropOldest(): void {
    this.#entries.shift();
    this.#bytes -= this.#sizes.shift() ?? this.#bytes;
    this.#dropped += 1;
  }

  /** Empties the list, and returns what was in it. */
  take(): T[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#sizes = [];
    this.#bytes = 0;
    return entries;
  }
}

/** About what a value takes in memory. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return OVERHEAD_BYTES + 2 * value.length; // a text with one character beyond Latin-1 takes two bytes for each
  if (typeof value !== 'object' || value === null) return OVERHEAD_BYTES;
  return Object.values(value).reduce<number>((sum, it) => sum + bytesOf(it), OVERHEAD_BYTES);
}
