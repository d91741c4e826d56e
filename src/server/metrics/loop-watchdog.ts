/** Watches the event loop of the server: while something blocks it, no caller gets an answer. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { takeLongest } from '../../base/current-work';
import { logOf } from '../../base/log';
import { gauge, total, type Metric } from './exposition';

/** How often the delay is measured, in milliseconds. */
const CHECK_MS = 25;
/** From this delay on the loop counts as blocked, in milliseconds: the server promises it for `/health`. */
const BLOCKED_MS = 250;
/** How long a measured delay is kept at least, in milliseconds: collectors that read once a minute see the longest. */
const WINDOW_MS = 60_000;

const log = logOf('server');

/** Measures delays until it is closed. */
export class LoopWatchdog {
  readonly #timer: NodeJS.Timeout;
  readonly #report: (line: string) => void;
  /** Delays in microseconds, of the current minute and of the minute before. */
  #windows = [createHistogram(), createHistogram()];
  #windowStartMs = performance.now();
  #dueMs = performance.now() + CHECK_MS;
  #blocks = 0;

  /** @param report - gets a line with the cause of each block */
  constructor(report: (line: string) => void = (line) => log(line)) {
    this.#report = report;
    takeLongest(); // from before the start
    this.#timer = setInterval(() => this.#check(), CHECK_MS).unref();
  }

  /** The delays of the last one to two minutes, and the number of blocks. */
  get all(): Metric[] {
    const seconds = (of: (histogram: RecordableHistogram) => number): number =>
      Math.max(...this.#windows.map((it) => (it.count > 0 ? of(it) / 1e6 : 0)));
    return [
      gauge(
        'sessionwright_event_loop_delay_seconds',
        'Delay of the event loop in the last one to two minutes.',
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

  #check(): void {
    const nowMs = performance.now();
    const lateMs = nowMs - this.#dueMs;
    this.#dueMs = nowMs + CHECK_MS;
    this.#windows[0]?.record(Math.max(1, Math.round(lateMs * 1000)));
    if (nowMs - this.#windowStartMs > WINDOW_MS) {
      this.#windows = [createHistogram(), ...this.#windows.slice(0, 1)];
      this.#windowStartMs = nowMs;
    }
    const { label, ms } = takeLongest();
    if (lateMs < BLOCKED_MS) return;
    this.#blocks += 1;
    const cause = ms >= BLOCKED_MS / 2 ? `${label} took ${Math.round(ms)} ms` : 'unknown cause';
    this.#report(`the event loop was blocked for ${Math.round(lateMs)} ms: ${cause}`);
  }
}
