/** The events of a recording, test by test. The list follows the player, and a click on a line moves the player. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { durationText } from '../base/texts';
import { EventFilters, EventLine, filterEvents, type EventFilter } from './event-line';
import { clock } from './format';
import { useLatest } from './hooks';
import { walkLines } from './list-keys';
import { OutcomeIcon, TestTitle } from './parts';
import {
  chapterAt,
  eventAt,
  sectionsOf,
  type Chapter,
  type Recording,
  type RecordingEvent,
  type Section,
} from './recording';

interface EventListProps {
  recording: Recording;
  atMs: number;
  onSeek: (atMs: number) => void;
  onChoose: (event: RecordingEvent) => void;
}

export function EventList({ recording, atMs, ...listeners }: EventListProps): JSX.Element {
  const { chapters, events } = recording;
  const [filter, setFilter] = useState<EventFilter>('all');
  const list = useRef<HTMLDivElement>(null);
  const onSeek = useLatest(listeners.onSeek);
  const onChoose = useLatest(listeners.onChoose);
  const shown = useMemo(() => filterEvents(events, filter), [events, filter]);
  const sections = useMemo(() => sectionsOf(chapters, shown), [recording, shown]);
  const chapter = chapterAt(chapters, atMs);
  const last = eventAt(shown, atMs);
  const isInChapter = typeof last?.atMs === 'number' && chapterAt(chapters, last.atMs) === chapter;
  const current = isInChapter ? last : undefined;
  // There can be thousands of lines, and the player moves sixty times a second.
  const lines = useMemo(
    () => <Sections {...{ sections, chapter, current, onSeek, onChoose }} />,
    [sections, chapter, current],
  );
  useEffect(() => keepInSight(list.current), [current, chapter]);
  return (
    <div class="event-panel">
      <EventFilters events={events} filter={filter} onFilter={setFilter} />
      <div
        class="event-list"
        ref={list}
        tabIndex={0}
        role="group"
        aria-label="Events; up and down go from line to line"
        onKeyDown={walkLines}
      >
        {sections.length === 0 && (
          <p class="nothing">No steps, console messages or failed requests.</p>
        )}
        {lines}
      </div>
    </div>
  );
}

interface SectionsProps {
  sections: readonly Section[];
  /** The chapter and the event at the current moment. */
  chapter: Chapter | undefined;
  current: RecordingEvent | undefined;
  onSeek: (atMs: number) => void;
  onChoose: (event: RecordingEvent) => void;
}

function Sections({ sections, chapter, current, onSeek, onChoose }: SectionsProps): JSX.Element {
  return (
    <>
      {sections.map((section) => (
        <section key={section.chapter?.position ?? -1}>
          {section.chapter && (
            <ChapterHead
              chapter={section.chapter}
              isCurrent={section.chapter === chapter}
              onSeek={onSeek}
            />
          )}
          <ol>
            {section.events.map((event, index) => (
              <li key={index}>
                <button
                  type="button"
                  tabIndex={-1}
                  class={`event clickable ${event.kind} ${event.level}`}
                  aria-current={event === current}
                  disabled={event.atMs === null}
                  onClick={() => onChoose(event)}
                >
                  <EventLine
                    event={event}
                    time={event.atMs === null ? '' : clock(event.atMs, true)}
                  />
                </button>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function ChapterHead(props: {
  chapter: Chapter;
  isCurrent: boolean;
  onSeek: (atMs: number) => void;
}): JSX.Element {
  const { title, outcome, fromMs, toMs } = props.chapter;
  return (
    <h2 class="chapter-head">
      <button
        type="button"
        tabIndex={-1}
        class="chapter-button"
        aria-current={props.isCurrent}
        title={`${title}: ${outcome}`}
        onClick={() => props.onSeek(fromMs)}
      >
        <OutcomeIcon outcome={outcome} />
        <TestTitle class="chapter-button-title" text={title} />
        <span class="event-time">{durationText(toMs - fromMs)}</span>
      </button>
    </h2>
  );
}

/** Scrolls the list, never the page, until the current line is visible. The sticky head of a chapter covers some lines. */
function keepInSight(list: HTMLElement | null): void {
  const line = Array.from(list?.querySelectorAll('[aria-current="true"]') ?? []).at(-1);
  if (!list || !line) return;
  const head = line.closest('section')?.querySelector('.chapter-head');
  const covered = head?.contains(line) === false ? head.clientHeight : 0;
  const box = line.getBoundingClientRect();
  const top = box.top - list.getBoundingClientRect().top;
  if (top < covered || top + box.height > list.clientHeight)
    list.scrollTop += top - list.clientHeight / 3;
}
