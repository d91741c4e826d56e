/** What GitHub Actions shows of a run: a table on the page of the job, and annotations for what went wrong with the sessions themselves. */
import { countText, durationText, printable } from '../base/texts';
import type { RunData, RunTotals } from './run/data';

/** The totals of a run, and the tests that failed, as Markdown for the job's summary. */
export function stepSummary({ title, status, totals, tests, texts }: RunData): string {
  const failed = tests.filter(({ outcome }) => outcome === 'unexpected' || outcome === 'flaky');
  const lines = failed.map(({ titles, file, line, outcome }) => {
    const name = titles.map((index) => texts[index] ?? '').join(' › ');
    return `- ${outcome === 'flaky' ? 'flaky' : 'failed'}: ${cell(name)} (${cell(texts[file] ?? '')}:${line})`;
  });
  return [
    `### Sessions of ${cell(title)}: ${status}`,
    '',
    '| | |',
    '|---|---|',
    ...totalRows(totals).map(([name, value]) => `| ${name} | ${value} |`),
    '',
    ...lines.slice(0, MAX_TESTS),
    ...(lines.length > MAX_TESTS ? [`- and ${lines.length - MAX_TESTS} more`] : []),
    '',
  ].join('\n');
}

/** Lines by which a job is annotated: errors for what costs or fails on, warnings for what was replaced or is missing. */
export function annotations({ totals, problems }: Pick<RunData, 'totals' | 'problems'>): string[] {
  const { leftRunning = [], failedStarts, died } = totals;
  return [
    ...leftRunning.map((id) =>
      command('error', `Session ${id} could not be stopped: it may run on.`),
    ),
    ...(failedStarts > 0
      ? [command('error', `${countText(failedStarts, 'session')} could not be started.`)]
      : []),
    ...(died > 0 ? [command('warning', `${countText(died, 'session')} died during the run.`)] : []),
    ...problems.map((problem) => command('warning', problem)),
  ];
}

/** More tests than these are counted, and not named. */
const MAX_TESTS = 20;

function totalRows(totals: RunTotals): [name: string, value: string][] {
  const { tests, retries, leftRunning, billedMinutes } = totals;
  const causes = Object.entries(retries).map(([cause, count]) => `${count} ${cause}`);
  return [
    [
      'Tests',
      `${tests.expected} passed, ${tests.unexpected} failed, ${tests.flaky} flaky, ${tests.skipped} skipped`,
    ],
    [
      'Sessions',
      `${totals.sessions}, ${totals.peakSessions} at once${totals.byTests > 0 ? `, ${totals.byTests} started by tests` : ''}`,
    ],
    ['Browser time', durationText(totals.browserMs)],
    ...(billedMinutes === undefined
      ? []
      : [['Billed', `${billedMinutes} min`] as [string, string]]),
    ['Waiting', durationText(totals.waitingMs)],
    ['Retries', causes.join(', ') || 'none'],
    ['Left running', leftRunning?.join(', ') || (leftRunning ? 'nothing' : 'not told')],
  ];
}

/** A text that cannot end a cell of the table, or begin anything else. */
function cell(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]<>|#]/g, String.raw`\$&`)
    .replace(/\s+/g, ' ');
}

function command(kind: 'error' | 'warning', message: string): string {
  const escaped = printable(message)
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
  return `::${kind} title=sessionwright::${escaped}`;
}
