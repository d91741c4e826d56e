/** What happened in a session, test by test: moves with the film, and sends it to the line that is clicked. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { walkLines } from '../../ui/list-keys';
import { EventFilters, EventLine, filterEvents, type EventFilter } from '../events';
import { clock, took } from '../format';
import { Notice, OutcomeIcon, outcomeText } from '../ui/parts';
import { chapterAt, momentAt, type Chapter, type Film, type Moment } from './film';

interface ReplayEventsProps {
  film: Film;
  second: number;
  onSeek: (second: number) => void;
}

/** A chapter and what happened in it; undefined for what was before the first one, or where there are none. */
interface Section {
  chapter: Chapter | undefined;
  moments: Moment[];
}

export function ReplayEvents({ film, second, onSeek }: ReplayEventsProps): JSX.Element {
  const [filter, setFilter] = useState<EventFilter>('all');
  const list = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => filterEvents(film.moments, filter), [film, filter]);
  const sections = useMemo(() => sectionsOf(film.chapters, shown), [film, shown]);
  const chapter = chapterAt(film.chapters, second);
  const last = shown[momentAt(shown, second)];
  const isOfNow = last?.at !== undefined && chapterAt(film.chapters, last.at) === chapter;
  const now = isOfNow ? last : undefined;
  const lines = useMemo(
    () => <Sections {...{ sections, chapter, now, onSeek }} />,
    [sections, chapter, now],
  ); // they may be thousands, and the film moves sixty times a second
  useEffect(() => keepInSight(list.current), [now, chapter]); // then only: whoever scrolls elsewhere meanwhile wants to be there
  return (
    <aside class="side" aria-label="What happened in the session">
      <EventFilters events={film.moments} filter={filter} onFilter={setFilter} />
      <div
        class="side-list"
        ref={list}
        tabIndex={0}
        role="region"
        aria-label="Events; up and down go from line to line"
        onKeyDown={walkLines}
      >
        {film.moments.length === 0 && film.chapters.length === 0 && (
          <Notice icon="step" title="Only the film">
            <p class="hint">
              No tests, steps, console messages or failed requests are known of this session.
            </p>
          </Notice>
        )}
        {lines}
      </div>
    </aside>
  );
}

interface SectionsProps {
  sections: readonly Section[];
  /** The chapter and the moment that are shown now. */
  chapter: Chapter | undefined;
  now: Moment | undefined;
  onSeek: (second: number) => void;
}

function Sections({ sections, chapter, now, onSeek }: SectionsProps): JSX.Element {
  return (
    <>
      {sections.map((section) => (
        <section key={section.chapter?.startMs ?? 'before'}>
          {section.chapter && (
            <ChapterHead
              chapter={section.chapter}
              isNow={section.chapter === chapter}
              onSeek={onSeek}
            />
          )}
          <ol class="events">
            {section.moments.map((moment, index) => (
              <li key={index}>
                <MomentButton moment={moment} isNow={moment === now} onSeek={onSeek} />
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
  isNow: boolean;
  onSeek: (second: number) => void;
}): JSX.Element {
  const { title, outcome, from, startMs, endMs } = props.chapter;
  return (
    <h2 class="chapter-head">
      <button
        type="button"
        tabIndex={-1}
        class="chapter-button"
        aria-current={props.isNow}
        title={`${title}: ${outcomeText(outcome)}`}
        onClick={() => props.onSeek(from)}
      >
        <OutcomeIcon outcome={outcome} />
        <span class="chapter-button-title">{title}</span>
        {endMs !== null && <span class="event-time">{took(endMs - startMs)}</span>}
      </button>
    </h2>
  );
}

function MomentButton(props: {
  moment: Moment;
  isNow: boolean;
  onSeek: (second: number) => void;
}): JSX.Element {
  const { at, level } = props.moment;
  return (
    <button
      type="button"
      tabIndex={-1}
      class={`event clickable ${level}`}
      aria-current={props.isNow}
      disabled={at === undefined}
      onClick={() => at !== undefined && props.onSeek(at)}
    >
      <EventLine event={props.moment} time={at === undefined ? '' : clock(at * 1000)} />
    </button>
  );
}

function sectionsOf(chapters: readonly Chapter[], moments: readonly Moment[]): Section[] {
  const sections: Section[] = [
    { chapter: undefined, moments: [] },
    ...chapters.map((chapter) => ({ chapter, moments: [] })),
  ];
  const byChapter = new Map(sections.map((section) => [section.chapter, section]));
  for (const moment of moments) {
    const chapter = moment.at === undefined ? undefined : chapterAt(chapters, moment.at);
    byChapter.get(chapter)?.moments.push(moment);
  }
  return sections.filter(({ chapter, moments: within }) => chapter ?? within.length > 0);
}

/** Scrolls the line of now to the middle third of the list, unless it is seen: the head of its chapter stays above it, and covers some. */
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
