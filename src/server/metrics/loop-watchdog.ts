/** Watches the event loop of the server: while something blocks it, nobody gets an answer. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { takeLongest, workInProgress } from '../../base/current-work';
import { logOf } from '../../base/log';
import { gauge, total, type Metric } from './exposition';

/** How often it looks, in milliseconds. */
const LOOK_MS = 25;
/** From here on the loop counts as blocked, in milliseconds: what the server promises for `/health`. */
const BLOCKED_MS = 250;
/** For how long delays are told, in milliseconds: as long as most collectors take from one look to the next, so that none of them misses the worst. */
const WINDOW_MS = 60_000;
/** Kinds of work that are named when it was blocked. */
const MAX_NAMED = 5;

const log = logOf('server');

/** Measures from its start to its end. */
export class LoopWatchdog {
  readonly #timer: NodeJS.Timeout;
  /** Delays in microseconds, of this minute and of the one before. */
  #window = createHistogram();
  #lastWindow = createHistogram();
  #windowBeganMs = performance.now();
  #dueMs = performance.now() + LOOK_MS;
  #blocks = 0;

  readonly #report: (line: string) => void;

  /** `report` gets a line each time that the loop was blocked: what was running. */
  constructor(report: (line: string) => void = (line) => log(line)) {
    this.#report = report;
    takeLongest(); // what was before is not ours
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** The delays of the last one or two minutes, and how often it was blocked. */
  get all(): Metric[] {
    const seconds = (of: (histogram: RecordableHistogram) => number): number =>
      Math.max(...[this.#window, this.#lastWindow].map((it) => (it.count > 0 ? of(it) / 1e6 : 0)));
    return [
      gauge(
        'sessionwright_event_loop_delay_seconds',
        'How late the event loop was in the last minutes, at most and for 99 percent of the time.',
        () => [
          [{ quantile: '0.99' }, seconds((it) => it.percentile(99))],
          [{ quantile: '1' }, seconds((it) => it.max)],
        ],
      ),
      total(
        'sessionwright_event_loop_blocked_total',
        'How often the event loop was blocked for 250 ms or longer.',
        () => [[{}, this.#blocks]],
      ),
    ];
  }

  /** Stops. Safe to call twice. */
  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = performance.now();
    const lateMs = nowMs - this.#dueMs;
    this.#dueMs = nowMs + LOOK_MS;
    this.#window.record(Math.max(1, Math.round(lateMs * 1000)));
    if (nowMs - this.#windowBeganMs > WINDOW_MS) {
      this.#lastWindow = this.#window;
      this.#window = createHistogram();
      this.#windowBeganMs = nowMs;
    }
    const longest = takeLongest();
    if (lateMs < BLOCKED_MS) return;
    this.#blocks += 1;
    this.#report(`the event loop was blocked for ${Math.round(lateMs)} ms: ${named(longest)}`);
  }
}

function named({ label, ms }: { label: string; ms: number }): string {
  const requests = [...workInProgress()]
    .slice(0, MAX_NAMED)
    .map(([work, count]) => (count > 1 ? `${count} x ${work}` : work));
  return [
    ...(ms >= BLOCKED_MS / 2 ? [`${label} took ${Math.round(ms)} ms`] : []),
    `in progress: ${requests.join(', ') || 'no request'}`,
  ].join('; ');
}
