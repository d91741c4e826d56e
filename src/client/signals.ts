/** Stops open sessions when the process is told to end, or has nothing left to do. Handlers exist only while there is something to stop. */

/** Stops everything that one client holds; never rejects. */
type Cleanup = () => Promise<unknown>;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

const cleanups = new Set<Cleanup>();
let isEnding = false;

/** Has `cleanup` called before the process ends. Returns the function that takes it back. */
export function onProcessEnd(cleanup: Cleanup): () => void {
  if (cleanups.size === 0) install();
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0 && !isEnding) uninstall();
  };
}

function install(): void {
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('beforeExit', onBeforeExit);
}

function uninstall(): void {
  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.off('beforeExit', onBeforeExit);
}

/** The first signal stops sessions and then takes its usual course; a second one does not wait. */
function onSignal(signal: Signal): void {
  const isOursToEnd = process.listeners(signal).every((listener) => listener === onSignal);
  if (isEnding) {
    takeItsCourse(signal, isOursToEnd);
    return;
  }
  isEnding = true;
  void runCleanups().finally(() => {
    isEnding = false;
    takeItsCourse(signal, isOursToEnd);
  });
}

/** Only once: a stop that fails would otherwise keep the process alive for ever. */
function onBeforeExit(): void {
  process.off('beforeExit', onBeforeExit);
  void runCleanups();
}

async function runCleanups(): Promise<void> {
  await Promise.allSettled([...cleanups].map(async (cleanup) => cleanup()));
}

/** Without a handler of its owner's, the signal ends the process as if we were not here; with one, its owner decides. */
function takeItsCourse(signal: Signal, isOursToEnd: boolean): void {
  uninstall();
  cleanups.clear();
  if (isOursToEnd) process.kill(process.pid, signal);
}
