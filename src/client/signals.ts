/**
 * Stops open sessions when the process is told to end, or has nothing left to do. Handlers exist only while there is something to
 * stop. A process may load this file twice, once by `import` and once by `require`; it has one owner of signals all the same: of two
 * each would take the other for the program's own handler, and leave the end of the process to it.
 */

/** Stops everything that one client holds; never rejects. */
type Cleanup = () => Promise<unknown>;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/** What copies of this file share, whatever their version: nothing may ever be taken from it. */
interface SignalOwner {
  add(cleanup: Cleanup): () => void;
}

const KEY = Symbol.for('sessionwright.signals');

/** Has `cleanup` called before the process ends. Returns the function that takes it back. */
export function onProcessEnd(cleanup: Cleanup): () => void {
  const holder = globalThis as unknown as Record<symbol, SignalOwner | undefined>;
  return (holder[KEY] ??= new ProcessSignals()).add(cleanup);
}

class ProcessSignals implements SignalOwner {
  readonly #cleanups = new Set<Cleanup>();
  #isEnding = false;

  add(cleanup: Cleanup): () => void {
    if (this.#cleanups.size === 0) this.#install();
    this.#cleanups.add(cleanup);
    return () => {
      if (this.#cleanups.delete(cleanup) && this.#cleanups.size === 0 && !this.#isEnding)
        this.#uninstall();
    };
  }

  #install(): void {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.on('beforeExit', this.#onBeforeExit);
  }

  #uninstall(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    process.off('beforeExit', this.#onBeforeExit);
  }

  /** The first signal stops sessions and then takes its usual course; a second one does not wait. */
  readonly #onSignal = (signal: Signal): void => {
    const isOursToEnd = process.listeners(signal).every((listener) => listener === this.#onSignal);
    if (this.#isEnding) {
      this.#takeItsCourse(signal, isOursToEnd);
      return;
    }
    this.#isEnding = true;
    void this.#runCleanups().finally(() => {
      this.#isEnding = false;
      this.#takeItsCourse(signal, isOursToEnd);
    });
  };

  /** Only once: a stop that fails would otherwise keep the process alive for ever. */
  readonly #onBeforeExit = (): void => {
    process.off('beforeExit', this.#onBeforeExit);
    void this.#runCleanups();
  };

  async #runCleanups(): Promise<void> {
    await Promise.allSettled([...this.#cleanups].map(async (cleanup) => cleanup()));
  }

  /** Without a handler of its owner's, the signal ends the process as if we were not here; with one, its owner decides. */
  #takeItsCourse(signal: Signal, isOursToEnd: boolean): void {
    this.#uninstall();
    this.#cleanups.clear();
    if (isOursToEnd) process.kill(process.pid, signal);
  }
}
