/** The last lines of a run, from what the host has counted. */
import { countText, durationText } from '../base/texts';
import { problemLines } from '../host/protocol';
import type { RunSummary } from '../host/protocol';
import type { Look } from './print';
import type { RunTotals } from './run/data';

/** Less waiting than this, of all workers together, is not worth a word, in milliseconds. */
const MIN_WAITING_MS = 10_000;

/** A line, and how it looks on a terminal. */
export interface SummaryLine {
  text: string;
  look?: Look;
}

/**
 * Lines to print, problems first; none when the run had no host.
 * @param totals - what the tests of the run have told, where a reporter has heard them
 */
export function summaryLines(
  summary: RunSummary | undefined,
  totals?: Pick<RunTotals, 'waitingMs' | 'billedMinutes'>,
): SummaryLine[] {
  if (!summary) return [];
  const problems = problemLines(summary.problems).map((text): SummaryLine => ({
    text,
    look: 'yellow',
  }));
  if (summary.sessions === 0) {
    const hasFailed = summary.failedStarts > 0;
    const text = hasFailed ? 'no session could be started' : 'no test asked for a session';
    return [...problems, { text, ...(hasFailed && { look: 'red' }) }];
  }
  const { waitingMs = 0, billedMinutes } = totals ?? {};
  const used = [
    countText(summary.sessions, 'session'),
    countText(summary.tests, 'test') +
      (summary.attempts > summary.tests ? ` (${countText(summary.attempts, 'attempt')})` : ''),
    countText(summary.clips, 'clip') +
      (summary.clipsInSessions > 0 ? ' (encoded in sessions)' : ''),
    ...(waitingMs >= MIN_WAITING_MS ? [`${durationText(waitingMs)} of waiting`] : []),
    `${durationText(summary.browserMs)} of browser time`,
  ];
  if (billedMinutes !== undefined) used.push(`${billedMinutes} min billed`);
  const text = (left: string): string => `${used.join(', ')}; left running: ${left}`;
  return [
    ...problems,
    summary.leftRunning.length === 0
      ? { text: text('nothing') }
      : { text: text(summary.leftRunning.join(', ')), look: 'red' },
  ];
}
