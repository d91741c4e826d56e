/** The header of the page: the result of the run, and its totals. */
import type { JSX } from 'preact';
import { countText, durationText } from '../../base/texts';
import { dateAndTime, shortId } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { Button } from '../../ui/parts';
import type { Outcome, RunData, RunStatus, RunTotals } from '../run/data';
import { OUTCOME_WORDS, OUTCOMES } from './model';
import { toggleTheme } from './theme';

const STATUS_WORDS: Record<RunStatus, string> = {
  passed: 'passed',
  failed: 'failed',
  timedout: 'timed out',
  interrupted: 'was interrupted',
};

export function Header({ data }: { data: RunData }): JSX.Element {
  const kind = data.status === 'passed' ? 'ok' : 'bad';
  return (
    <header class="head">
      <div class="title-row">
        <span class={`seal ${kind}`}>
          <Icon name={kind === 'ok' ? 'check' : 'cross'} />
        </span>
        <div class="title">
          <h1>
            {data.title} <span class={`verdict ${kind}`}>{STATUS_WORDS[data.status]}</span>
          </h1>
          <p class="facts">
            {[dateAndTime(data.startMs), durationText(data.durationMs), ...data.facts].map(
              (fact) => (
                <span key={fact}>{fact}</span>
              ),
            )}
          </p>
        </div>
        <Button icon="theme" label="Light or dark" iconOnly look="quiet" onClick={toggleTheme} />
      </div>
      <OutcomeBar tests={data.totals.tests} />
      <dl class="totals panel">
        {tilesOf(data.totals).map(({ name, value, note, kind: look = '' }) => (
          <div key={name} class={`tile ${look}`}>
            <dt>{name}</dt>
            <dd>
              <strong>{value}</strong>
              <span>{note}</span>
            </dd>
          </div>
        ))}
      </dl>
      <Problems data={data} />
    </header>
  );
}

/** Such as `1 failed, 2 flaky`. */
function outcomesText(tests: Record<Outcome, number>, outcomes: readonly Outcome[]): string {
  return outcomes
    .filter((outcome) => tests[outcome] > 0)
    .map((outcome) => `${tests[outcome]} ${OUTCOME_WORDS[outcome].toLowerCase()}`)
    .join(', ');
}

function OutcomeBar({ tests }: { tests: Record<Outcome, number> }): JSX.Element {
  return (
    <div
      class="outcomes"
      role="img"
      aria-label={`Tests: ${outcomesText(tests, OUTCOMES) || 'none'}`}
    >
      {OUTCOMES.filter((outcome) => tests[outcome] > 0).map((outcome) => (
        <span key={outcome} class={outcome} style={{ flexGrow: tests[outcome] }} />
      ))}
    </div>
  );
}

interface Tile {
  name: string;
  value: string;
  note: string;
  kind?: 'bad' | 'warn' | undefined;
}

function tilesOf(totals: RunTotals): Tile[] {
  const { tests, clips, browserMs, handOvers, billedMinutes, waitingMs, leftRunning } = totals;
  const left = leftRunning ?? [];
  const retries = Object.entries(totals.retries);
  const retryCount = retries.reduce((total, [, number]) => total + number, 0);
  const testCount = OUTCOMES.reduce((total, outcome) => total + tests[outcome], 0);
  const tiles: (Tile | undefined)[] = [
    {
      name: 'Tests',
      value: testCount.toLocaleString('en'),
      note: outcomesText(tests, ['unexpected', 'flaky', 'skipped']) || countText(clips, 'clip'),
      kind: tests.unexpected > 0 ? 'bad' : undefined,
    },
    sessionsTile(totals),
    {
      name: 'Browser time',
      value: durationText(browserMs),
      note:
        handOvers > 0
          ? `${countText(handOvers, 'hand-over')} between workers`
          : 'of all sessions together',
    },
    billedMinutes === undefined
      ? undefined
      : {
          name: 'Billed',
          value: `${billedMinutes} min`,
          note: 'each started minute of a session',
        },
    { name: 'Waiting', value: durationText(waitingMs), note: 'of workers for sessions' },
    {
      name: 'Retries',
      value: String(retryCount),
      note: retries.map(([cause, number]) => `${number} ${cause}`).join(', ') || 'none needed',
      kind: retryCount > 0 ? 'warn' : undefined,
    },
    {
      name: 'Left running',
      value: leftRunning ? String(left.length) : '–',
      note: leftRunning
        ? left.map(shortId).join(', ') || 'every session was stopped'
        : 'unknown in merged reports',
      kind: left.length > 0 ? 'bad' : undefined,
    },
  ];
  return tiles.filter((tile) => tile !== undefined);
}

function sessionsTile({ sessions, byTests, peakSessions, died, failedStarts }: RunTotals): Tile {
  const notes = [`${peakSessions} at once`];
  if (byTests > 0) notes.push(`${byTests} started by tests, without a lane`);
  if (died > 0) notes.push(`${died} died`);
  if (failedStarts > 0) notes.push(`${countText(failedStarts, 'start')} failed`);
  return {
    name: 'Sessions',
    value: sessions.toLocaleString('en'),
    note: notes.join(', '),
    kind: died + failedStarts > 0 ? 'warn' : undefined,
  };
}

function Problems({ data }: { data: RunData }): JSX.Element | null {
  const left = (data.totals.leftRunning ?? []).map(
    (id) => `Session ${id} could not be stopped. It may still be running.`,
  );
  const lines = [...left, ...data.problems];
  if (lines.length === 0) return null;
  return (
    <section class="problems" aria-label="Problems of the run">
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
