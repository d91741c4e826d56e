/** The last lines of a run, from what the host has counted. */
import { countText, durationText } from '../base/texts';
import { problemLines } from '../host/problems';
import type { RunSummary } from '../host/protocol';

/** Lines to print; none when the run had no host. */
export function summaryLines(summary: RunSummary | undefined): string[] {
  if (!summary) return [];
  const problems = problemLines(summary.problems);
  if (summary.sessions === 0)
    return [
      ...problems,
      summary.failedStarts > 0 ? 'no session could be started' : 'no test asked for a session',
    ];
  const used = [
    countText(summary.sessions, 'session'),
    countText(summary.tests, 'test'),
    countText(summary.clips, 'clip'),
    `${durationText(summary.browserMs)} of browser time`,
  ];
  const left = summary.leftRunning.length === 0 ? 'nothing' : summary.leftRunning.join(', ');
  return [...problems, `${used.join(', ')}; left running: ${left}`];
}
