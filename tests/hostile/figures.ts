/** The figures of a round, and what they may be at most. */
import type { Seen } from './watch';

/** What the bench prints, in the order of its line of JSON. */
export interface Measures {
  attacks: number;
  crashes: number;
  lost_sessions: number;
  innocent_failures: number;
  leaks_between_accounts: number;
  health_p99_ms: number;
  rss_mb: number;
  /** Null where no run was measured. */
  suite_under_strangers_ratio: number | null;
}

/** What one round has seen. */
export interface Findings {
  attacks: Set<string>;
  lost: string[];
  failures: string[];
  leaks: string[];
  /** How long the suite took, in milliseconds. */
  aloneMs: number[];
  amongStrangersMs: number[];
  /** Things that are no failure, but that somebody should know. */
  remarks: string[];
}

/** The measures, and in words what is behind them. */
export interface Figures {
  measures: Measures;
  remarks: string[];
}

/** The most that each may be; `attacks` is the least. */
export const LIMITS = {
  ...{ attacks: 40, crashes: 0, lost_sessions: 0, innocent_failures: 0 },
  ...{ leaks_between_accounts: 0, health_p99_ms: 250, rss_mb: 450 },
  suite_under_strangers_ratio: 1.3,
} as const;

export function figuresOf(found: Findings, seen: Seen, hasCrashed: boolean): Figures {
  const { attacks, lost, failures, leaks, aloneMs, amongStrangersMs, remarks } = found;
  const ratio = amongStrangersMs.length > 0 ? median(amongStrangersMs) / median(aloneMs) : null;
  return {
    measures: {
      attacks: attacks.size,
      crashes: hasCrashed ? 1 : 0,
      lost_sessions: lost.length,
      innocent_failures: failures.length,
      leaks_between_accounts: leaks.length,
      health_p99_ms: seen.healthP99Ms,
      rss_mb: seen.rssMb,
      suite_under_strangers_ratio: ratio === null ? null : Number(ratio.toFixed(2)),
    },
    remarks: [
      ...lost.map((it) => `lost: ${it}`),
      ...failures.map((it) => `failed: ${it.slice(0, 600)}`),
      ...leaks.map((it) => `leaked: ${it}`),
      ...seen.remarks,
      ...remarks,
    ],
  };
}

/** The measures that miss their limit, in words. */
export function missed(measures: Measures, limits: Partial<typeof LIMITS> = LIMITS): string[] {
  return (Object.keys(limits) as (keyof typeof LIMITS)[]).flatMap((name) => {
    const [value, limit] = [measures[name], LIMITS[name]];
    const isMet = value === null || (name === 'attacks' ? value >= limit : value <= limit);
    return isMet ? [] : [`${name} is ${value}, and may be ${limit}`];
  });
}

/** The middle value; 0 for none. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
