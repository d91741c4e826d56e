/** A row of choices, of which one is taken, with how much each has. */
import type { JSX } from 'preact';

interface FiltersProps<Name extends string> {
  /** What is chosen here, for screen readers. */
  label: string;
  /** The choices and their words. */
  choices: readonly (readonly [Name, string])[];
  chosen: Name;
  count: (name: Name) => number;
  onChoose: (name: Name) => void;
}

export function Filters<Name extends string>(props: FiltersProps<Name>): JSX.Element {
  const { label, choices, chosen, count, onChoose } = props;
  return (
    <div class="filters" role="group" aria-label={label}>
      {choices.map(([name, words]) => (
        <button
          key={name}
          type="button"
          class="filter"
          aria-pressed={chosen === name}
          onClick={() => onChoose(name)}
        >
          {words}
          <span class="filter-count">{count(name)}</span>
        </button>
      ))}
    </div>
  );
}
