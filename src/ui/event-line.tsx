/** One event of a session as a line of a list, and the filter by kind. */
import type { JSX } from 'preact';
import { durationText } from '../base/texts';
import type { IconName } from './icon';
import { Icon } from './icon';
import { Filters } from './parts';
import type { RecordingEvent } from './recording';

export type EventFilter = 'all' | 'step' | 'console' | 'request';

const FILTERS: readonly [EventFilter, string][] = [
  ['all', 'All'],
  ['step', 'Steps'],
  ['console', 'Console'],
  ['request', 'Requests'],
];

const ICONS: Record<RecordingEvent['kind'], IconName> = {
  step: 'step',
  console: 'console',
  request: 'request',
  exception: 'warning',
  error: 'cross',
};

/** Replace those of {@link ICONS} for failed steps and requests. */
const FAILED_ICONS: Partial<typeof ICONS> = { step: 'cross', request: 'warning' };

/** Deeper steps are indented like these. */
const MAX_DEPTH = 6;
const INDENT_PX = 14;

/** The kinds, with the number of events of each. */
export function EventFilters(props: {
  events: readonly RecordingEvent[];
  filter: EventFilter;
  onFilter: (filter: EventFilter) => void;
}): JSX.Element {
  return (
    <Filters
      label="What to list"
      choices={FILTERS}
      chosen={props.filter}
      note={(name) => filterEvents(props.events, name).length}
      onChoose={props.onFilter}
    />
  );
}

/** Uncaught exceptions count as console messages. */
export function filterEvents<E extends RecordingEvent>(
  events: readonly E[],
  filter: EventFilter,
): readonly E[] {
  if (filter === 'all') return events;
  return events.filter(({ kind }) => (kind === 'exception' ? 'console' : kind) === filter);
}

const LEVEL_WORDS: Record<RecordingEvent['level'], string> = {
  info: '',
  warning: 'Warning: ',
  error: 'Error: ',
};

export function EventLine({ event, time }: { event: RecordingEvent; time: string }): JSX.Element {
  const { kind, level, title, detail, location = '', depth = 0, durationMs = 0 } = event;
  const indent = `${Math.min(depth, MAX_DEPTH) * INDENT_PX}px`;
  const tooltip = [title, detail, location].filter((text) => text !== '').join('\n');
  return (
    <>
      <EventIcon event={event} />
      <span class="event-text" title={tooltip} style={{ paddingLeft: indent }}>
        <span class="hidden-text">{LEVEL_WORDS[level]}</span>
        <span class={kind === 'step' ? 'event-title' : 'event-title code'}>{title}</span>
        {detail !== '' && <span class="event-detail">{detail}</span>}
        {location !== '' && <span class="event-location">{location}</span>}
      </span>
      <span class="event-time">
        {durationMs > 0 && <span>{durationText(durationMs)}</span>}
        <time>{time}</time>
      </span>
    </>
  );
}

function EventIcon({ event }: { event: RecordingEvent }): JSX.Element {
  const { kind, level, isRunning = false } = event;
  const failed = level === 'error' ? FAILED_ICONS[kind] : undefined;
  return (
    <span class={`event-icon ${level}`}>
      {isRunning && <span class="hidden-text">Running: </span>}
      {isRunning ? (
        <span class="spinner" aria-hidden="true" />
      ) : (
        <Icon name={failed ?? ICONS[kind]} />
      )}
    </span>
  );
}
