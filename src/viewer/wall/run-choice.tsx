/** The choice between several runs. */
import type { JSX } from 'preact';
import { dateAndTime, shortId } from '../../ui/format';
import type { WallRun } from './filter';

interface RunChoiceProps {
  runs: readonly WallRun[];
  /** Id of the chosen run, which may have no session yet; undefined for all runs. */
  chosen: string | undefined;
  onChoose: (run: string | undefined) => void;
}

export function RunChoice({ runs, chosen, onChoose }: RunChoiceProps): JSX.Element | null {
  if (runs.length < 2 && chosen === undefined) return null;
  const isKnown = runs.some(({ id }) => id === chosen);
  return (
    <select
      class="run-choice"
      aria-label="Run"
      value={chosen ?? ''}
      onChange={({ currentTarget: { value } }) => onChoose(value === '' ? undefined : value)}
    >
      <option value="">All runs</option>
      {chosen !== undefined && !isKnown && <option value={chosen}>Run {shortId(chosen)}</option>}
      {runs.map(({ id, name, sinceMs }) => (
        <option key={id} value={id}>
          {name} · {dateAndTime(sinceMs)}
        </option>
      ))}
    </select>
  );
}
