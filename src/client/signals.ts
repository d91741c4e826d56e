/**
 * Stops open sessions on a signal that ends the process, and when its event loop is empty. Handlers exist only while there are sessions
 * to stop. A process may load this file twice, by `import` and by `require`, but it has one owner of signals: two owners would each
 * take the other for a handler of the program, and leave the end of the process to it.
 */

/** Stops all sessions of one client; never rejects. */
type Cleanup = () => Promise<unknown>;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/** Shared by all loaded copies of this file, of any version: never remove a member. */
interface SignalOwner {
  add(cleanup: Cleanup): () => void;
}

const KEY = Symbol.for('sessionwright.signals');

/** Registers a function to call before the process ends. Returns the function that unregisters it. */
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

  /** The first signal stops sessions and then has its usual effect; a second one does not wait. */
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

  /** Only once: otherwise a failing stop would keep the process alive forever. */
  readonly #onBeforeExit = (): void => {
    process.off('beforeExit', this.#onBeforeExit);
    void this.#runCleanups();
  };

  async #runCleanups(): Promise<void> {
    await Promise.allSettled([...this.#cleanups].map(async (cleanup) => cleanup()));
  }

  /** Without another handler, ends the process by the signal. With one, the program decides. */
  #takeItsCourse(signal: Signal, isOursToEnd: boolean): void {
    this.#uninstall();
    this.#cleanups.clear();
    if (isOursToEnd) process.kill(process.pid, signal);
  }
}
