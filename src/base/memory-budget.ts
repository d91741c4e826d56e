/** Limits the memory of foreign data: lists share a budget, and the oldest entries are dropped. */

/** Overhead of an object, a field or a string in V8, in bytes. */
const OVERHEAD_BYTES = 40;

/** A memory limit for several lists. When it is exceeded, the oldest entry of the largest list is dropped. */
export class MemoryBudget {
  readonly #maxBytes: number;
  readonly #lists: KeptList<unknown>[] = [];

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Creates a list within this budget, with a maximum number of entries. */
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

/** A list of the newest entries. */
export class KeptList<T> {
  readonly #maxEntries: number;
  readonly #fit: () => void;
  #entries: T[] = [];
  #sizes: number[] = [];
  #bytes = 0;
  #dropped = 0;

  /** @param fit - enforces the budget. Use {@link MemoryBudget.list} to create lists. */
  constructor(maxEntries: number, fit: () => void) {
    this.#maxEntries = maxEntries;
    this.#fit = fit;
  }

  /** The entries, oldest first. */
  get entries(): readonly T[] {
    return this.#entries;
  }

  /** Approximate memory of the entries. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Number of dropped entries. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an entry. Its texts should come from `keptText`, or they may use far more memory. */
  push(entry: T): void {
    const size = bytesOf(entry);
    this.#entries.push(entry);
    this.#sizes.push(size);
    this.#bytes += size;
    if (this.#entries.length > this.#maxEntries) this.dropOldest();
    this.#fit();
  }

  /** Replaces an entry by one of about the same size. */
  replace(index: number, entry: T): void {
    if (index in this.#entries) this.#entries[index] = entry;
  }

  /** Drops the oldest entry. */
  dropOldest(): void {
    this.#entries.shift();
    this.#bytes -= this.#sizes.shift() ?? this.#bytes;
    this.#dropped += 1;
  }

  /** Removes and returns all entries. */
  take(): T[] {
    const entries = this.#entries;
    this.#entries = [];
    this.#sizes = [];
    this.#bytes = 0;
    return entries;
  }
}

/** Estimates the memory of a value. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return OVERHEAD_BYTES + 2 * value.length; // strings with a character outside Latin-1 have two bytes per character
  if (typeof value !== 'object' || value === null) return OVERHEAD_BYTES;
  return Object.values(value).reduce<number>((sum, it) => sum + bytesOf(it), OVERHEAD_BYTES);
}
