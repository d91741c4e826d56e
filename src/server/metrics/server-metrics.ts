/** What a server counts: starts, ends and refusals of sessions, bytes of CDP, and what its process takes. */
import { OverloadedError, RateLimitError, SessionwrightError } from '../../contract/errors';
import { LoopWatchdog } from './loop-watchdog';
import { Counter, gauge, Histogram, total, type Metric } from './exposition';

/** In seconds. A start takes 0.5, or several with a profile or on a busy machine. A wait ends after 30 by default. */
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Why a start was refused or failed. */
const REASONS = ['no_place', 'draining', 'invalid', 'caller_left', 'failed'] as const;

/** The counts of one server. */
export class ServerMetrics {
  readonly starts = new Histogram(
    'sessionwright_session_start_seconds',
    'Duration of successful starts, without the time in the queue.',
    BOUNDS,
  );
  readonly waits = new Histogram(
    'sessionwright_session_wait_seconds',
    'Time in the queue of admitted starts; 0 without a queue.',
    BOUNDS,
  );
  readonly ended = new Counter(
    'sessionwright_sessions_ended_total',
    'Ended sessions, by their last status.',
    { name: 'status', values: ['closed', 'error', 'timed_out'] },
  );
  readonly refused = new Counter(
    'sessionwright_session_starts_refused_total',
    'Refused and failed starts, by reason.',
    { name: 'reason', values: REASONS },
  );
  readonly cdpBytes = new Counter(
    'sessionwright_cdp_bytes_total',
    'Bytes of CDP and of the Playwright protocol, by sender.',
    { name: 'from', values: ['client', 'browser'] },
  );

  readonly #loop = new LoopWatchdog();

  /** Counts a refused or failed start. */
  refuse(error: unknown, hasLeft: boolean): void {
    this.refused.add(hasLeft ? 'caller_left' : reasonOf(error));
  }

  /** All metrics. */
  get all(): Metric[] {
    return [
      this.starts,
      this.waits,
      this.ended,
      this.refused,
      this.cdpBytes,
      ...this.#loop.all,
      ...ofProcess(),
    ];
  }

  /** Stops measuring. Safe to call twice. */
  close(): void {
    this.#loop.close();
  }
}

function reasonOf(error: unknown): (typeof REASONS)[number] {
  if (error instanceof RateLimitError) return 'no_place';
  if (error instanceof OverloadedError) return 'draining';
  return error instanceof SessionwrightError && error.code === 'invalid_request'
    ? 'invalid'
    : 'failed';
}

/** By the standard names of Prometheus. */
function ofProcess(): Metric[] {
  const { rss } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    gauge('process_resident_memory_bytes', 'Memory of the server itself, without browsers.', () => [
      [{}, rss],
    ]),
    total('process_cpu_seconds_total', 'Processor time of the server itself.', () => [
      [{}, (user + system) / 1e6],
    ]),
    gauge('process_start_time_seconds', 'Start of the server, in seconds since 1970.', () => [
      [{}, performance.timeOrigin / 1000],
    ]),
  ];
}
