/** What a server counts of its sessions, beside what can be read at any moment. */
import { OverloadedError, RateLimitError, SessionwrightError } from '../../contract/errors';
import { LoopWatchdog } from './loop-watchdog';
import { Counter, gauge, Histogram, total, type Metric } from './exposition';

/** In seconds. A start takes half of one, with a profile or on a busy machine several; a wait ends after 30, unless told otherwise. */
const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Why a start came to nothing. */
const REASONS = ['no_place', 'draining', 'invalid', 'caller_left', 'failed'] as const;

/** The counts of one server. */
export class ServerMetrics {
  readonly starts = new Histogram(
    'sessionwright_session_start_seconds',
    'Time from having a place to being ready, of sessions that were started.',
    BOUNDS,
  );
  readonly waits = new Histogram(
    'sessionwright_session_wait_seconds',
    'Time in the queue, of starts that got a place; 0 for those that found one.',
    BOUNDS,
  );
  readonly ended = new Counter(
    'sessionwright_sessions_ended_total',
    'Sessions that have ended, by their last status.',
    { name: 'status', values: ['closed', 'error', 'timed_out'] },
  );
  readonly refused = new Counter(
    'sessionwright_session_starts_refused_total',
    'Starts that came to nothing, by reason.',
    { name: 'reason', values: REASONS },
  );
  readonly cdpBytes = new Counter(
    'sessionwright_cdp_bytes_total',
    'Bytes of CDP, and of the protocol of Playwright, by who sent them.',
    { name: 'from', values: ['client', 'browser'] },
  );

  /** Measures until {@link ServerMetrics.close}. */
  readonly #loop = new LoopWatchdog();

  /** Counts a start that came to nothing. */
  refuse(error: unknown, hasLeft: boolean): void {
    this.refused.add(hasLeft ? 'caller_left' : reasonOf(error));
  }

  /** All of it, and what the process takes. */
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

  /** Ends its measurements. Safe to call twice. */
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

/** By the names that Prometheus has for them. */
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
    gauge('process_start_time_seconds', 'When the server began, in seconds since 1970.', () => [
      [{}, performance.timeOrigin / 1000],
    ]),
  ];
}
