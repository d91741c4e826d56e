/** One line of what happened in a session, and what kinds there are to choose from. */
import type { JSX } from 'preact';
import type { ViewedEvent } from '../contract/viewer';
import { Filters } from './ui/filters';
import { Icon, type IconName } from './ui/icon';

/** What can be shown of the events. */
export type EventFilter = 'all' | ViewedEvent['kind'];

const ICONS: Record<ViewedEvent['kind'], IconName> = {
  step: 'step',
  console: 'console',
  request: 'request',
};

/** The same of what failed. */
const FAILED_ICONS: Record<ViewedEvent['kind'], IconName> = {
  step: 'cross',
  console: 'console',
  request: 'warning',
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
    <Filters
      label="What to list"
      choices={FILTERS}
      chosen={props.filter}
      count={(name) => filterEvents(props.events, name).length}
      onChoose={props.onFilter}
    />
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
  const { kind, level, title, detail, place, isRunning = false } = event;
  return (
    <>
      <span class={`event-icon ${level}`}>
        {isRunning ? (
          <span class="spinner" aria-hidden="true" />
        ) : (
          <Icon name={(level === 'error' ? FAILED_ICONS : ICONS)[kind]} />
        )}
      </span>
      <span class="event-text" title={[title, detail, place].filter(Boolean).join('\n')}>
        {isRunning && <span class="hidden-text">Running: </span>}
        {level !== 'info' && (
          <span class="hidden-text">{level === 'error' ? 'Error: ' : 'Warning: '}</span>
        )}
        <span class={kind === 'step' ? 'event-title' : 'event-title code'}>{title}</span>
        {detail !== '' && <span class="event-detail">{detail}</span>}
        {place !== undefined && <span class="event-place">{place}</span>}
      </span>
      <time class="event-time">{time}</time>
    </>
  );
}
