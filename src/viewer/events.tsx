/** One line of what happened in a session, and what kinds there are to choose from. */
import type { JSX } from 'preact';
import type { ViewedEvent } from '../contract/viewer';
import type { IconName } from './ui/icon';
import { Icon } from './ui/icon';

/** What can be shown of the events. */
export type EventFilter = 'all' | ViewedEvent['kind'];

const ICONS: Record<ViewedEvent['kind'], IconName> = {
  step: 'step',
  console: 'console',
  request: 'request',
};

const FILTERS: readonly [EventFilter, string][] = [
  ['all', 'All'],
  ['step', 'Steps'],
  ['console', 'Console'],
  ['request', 'Requests'],
];

/** The kinds, with how many there are of each. */
export function EventFilters(props: {
  events: readonly ViewedEvent[];
  filter: EventFilter;
  onFilter: (filter: EventFilter) => void;
}): JSX.Element {
  return (
    <div class="filters" role="group" aria-label="What to list">
      {FILTERS.map(([name, label]) => (
        <button
          key={name}
          type="button"
          class="filter"
          aria-pressed={props.filter === name}
          onClick={() => props.onFilter(name)}
        >
          {label}
          <span class="filter-count">{filterEvents(props.events, name).length}</span>
        </button>
      ))}
    </div>
  );
}

/** Those of one kind. */
export function filterEvents<E extends ViewedEvent>(
  events: readonly E[],
  filter: EventFilter,
): readonly E[] {
  return filter === 'all' ? events : events.filter(({ kind }) => kind === filter);
}

/** What a line says. */
export function EventLine({ event, time }: { event: ViewedEvent; time: string }): JSX.Element {
  const { kind, level, title, detail } = event;
  return (
    <>
      <span class={`event-icon ${level}`}>
        <Icon name={level === 'error' && kind === 'step' ? 'cross' : ICONS[kind]} />
      </span>
      <span class="event-text" title={`${title}${detail === '' ? '' : `\n${detail}`}`}>
        {level !== 'info' && (
          <span class="hidden-text">{level === 'error' ? 'Error: ' : 'Warning: '}</span>
        )}
        <span class={kind === 'step' ? 'event-title' : 'event-title code'}>{title}</span>
        {detail !== '' && <span class="event-detail">{detail}</span>}
      </span>
      <time class="event-time">{time}</time>
    </>
  );
}
