/** The head of the page: how the run went, and what it took. */
import type { JSX } from 'preact';
import type { Outcome, RunData, RunStatus, RunTotals } from '../run/data';
import { count, date, duration, short } from './format';
import { Icon, type IconName, outcomeWord } from './icons';
import { nextTheme } from './theme';

const STATUS: Record<RunStatus, { icon: IconName; kind: 'ok' | 'bad'; word: string }> = {
  passed: { icon: 'ok', kind: 'ok', word: 'passed' },
  failed: { icon: 'bad', kind: 'bad', word: 'failed' },
  timedout: { icon: 'bad', kind: 'bad', word: 'ran out of time' },
  interrupted: { icon: 'bad', kind: 'bad', word: 'was interrupted' },
};

/** In the order in which a reader wants to know them. */
export const OUTCOMES: readonly Outcome[] = ['unexpected', 'flaky', 'expected', 'skipped'];

/** Title, totals and what is wrong with the run itself. */
export function Header({ data }: { data: RunData }): JSX.Element {
  const { icon, kind, word } = STATUS[data.status];
  return (
    <header class="head">
      <div class="title-row">
        <span class={`seal ${kind}`}>
          <Icon name={icon} />
        </span>
        <div class="title">
          <h1>
            {data.title} <span class={`verdict ${kind}`}>{word}</span>
          </h1>
          <p class="facts">
            {[date(data.startMs), duration(data.durationMs), ...data.facts].map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </p>
        </div>
        <button
          type="button"
          class="quiet"
          onClick={nextTheme}
          aria-label="Change colours: light, dark"
        >
          <Icon name="sun" />
        </button>
      </div>
      <Outcomes tests={data.totals.tests} />
      <Totals totals={data.totals} />
      <Problems data={data} />
    </header>
  );
}

function Outcomes({ tests }: { tests: Record<Outcome, number> }): JSX.Element {
  const shown = OUTCOMES.filter((outcome) => tests[outcome] > 0);
  const text = shown.map((it) => `${tests[it]} ${outcomeWord(it).toLowerCase()}`).join(', ');
  return (
    <div class="outcomes" role="img" aria-label={`Tests: ${text || 'none'}`}>
      {shown.map((outcome) => (
        <span key={outcome} class={outcome} style={{ flexGrow: tests[outcome] }} />
      ))}
    </div>
  );
}

interface Tile {
  name: string;
  value: string;
  note: string;
  kind?: 'bad' | 'warn';
}

function Totals({ totals }: { totals: RunTotals }): JSX.Element {
  return (
    <dl class="totals">
      {tilesOf(totals).map(({ name, value, note, kind = '' }) => (
        <div key={name} class={`tile ${kind}`}>
          <dt>{name}</dt>
          <dd>
            <strong>{value}</strong>
            <span>{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function tilesOf(totals: RunTotals): Tile[] {
  const tiles = [testsTile(totals), sessionsTile(totals), timeTile(totals)];
  if (totals.billedMinutes !== undefined)
    tiles.push({
      name: 'Billed',
      value: `${totals.billedMinutes} min`,
      note: 'each started minute of a session',
    });
  tiles.push({
    name: 'Waiting',
    value: duration(totals.waitingMs),
    note: 'of workers for sessions',
  });
  return [...tiles, retriesTile(totals), leftTile(totals)];
}

function testsTile({ tests, clips }: RunTotals): Tile {
  const all = OUTCOMES.reduce((total, outcome) => total + tests[outcome], 0);
  const notes = OUTCOMES.filter((outcome) => outcome !== 'expected' && tests[outcome] > 0).map(
    (outcome) => `${tests[outcome]} ${outcomeWord(outcome).toLowerCase()}`,
  );
  return {
    name: 'Tests',
    value: all.toLocaleString('en'),
    note: notes.join(', ') || count(clips, 'clip'),
    ...(tests.unexpected > 0 && { kind: 'bad' }),
  };
}

function sessionsTile({ sessions, byTests, peakSessions, died, failedStarts }: RunTotals): Tile {
  const notes = [`${peakSessions} at once`];
  if (byTests > 0) notes.push(`${byTests} started by tests, without a lane`);
  if (died > 0) notes.push(`${died} died`);
  if (failedStarts > 0) notes.push(`${count(failedStarts, 'start')} failed`);
  return {
    name: 'Sessions',
    value: sessions.toLocaleString('en'),
    note: notes.join(', '),
    ...(died + failedStarts > 0 && { kind: 'warn' }),
  };
}

function timeTile({ browserMs, handOvers }: RunTotals): Tile {
  return {
    name: 'Browser time',
    value: duration(browserMs),
    note:
      handOvers > 0 ? `${count(handOvers, 'hand-over')} between workers` : 'all sessions together',
  };
}

function retriesTile({ retries }: RunTotals): Tile {
  const causes = Object.entries(retries);
  const all = causes.reduce((total, [, number]) => total + number, 0);
  return {
    name: 'Retries',
    value: String(all),
    note: causes.map(([cause, number]) => `${number} ${cause}`).join(', ') || 'none was needed',
    ...(all > 0 && { kind: 'warn' }),
  };
}

function leftTile({ leftRunning }: RunTotals): Tile {
  const left = leftRunning ?? [];
  return {
    name: 'Left running',
    value: leftRunning ? String(left.length) : '–',
    note: leftRunning
      ? left.map(short).join(', ') || 'every session was stopped'
      : 'not told by merged reports',
    ...(left.length > 0 && { kind: 'bad' }),
  };
}

function Problems({ data }: { data: RunData }): JSX.Element | null {
  const left = (data.totals.leftRunning ?? []).map(
    (id) => `Session ${id} could not be stopped: it may still run.`,
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
