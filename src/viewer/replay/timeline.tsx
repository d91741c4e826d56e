/** The film from its beginning to its end: a chapter for each test, a mark for each thing that happened, and where it is now. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { clock } from '../format';
import { OutcomeIcon } from '../ui/parts';
import type { Chapter, Film, Moment } from './film';
import { chapterAt } from './film';

/** The finest that the slider can be moved, in seconds. */
const STEP_S = 0.1;

interface TimelineProps {
  film: Film;
  second: number;
  onSeek: (second: number) => void;
}

export function Timeline({ film, second, onSeek }: TimelineProps): JSX.Element {
  const { durationS, chapters, moments } = film;
  const place = (at: number): string =>
    `${(Math.min(1, at / Math.max(durationS, STEP_S)) * 100).toFixed(3)}%`;
  const now = chapterAt(chapters, second);
  const marks = useMemo(
    () => moments.map((moment, index) => <Mark key={index} moment={moment} place={place} />),
    [film],
  ); // they may be thousands, and the film moves sixty times a second
  return (
    <div class="timeline">
      {chapters.length > 0 && (
        <ol class="chapters" aria-label="Tests in this replay">
          {chapters.map((chapter) => (
            <li
              key={chapter.startMs}
              class="chapter-place"
              style={{ left: place(chapter.from), width: place(chapter.to - chapter.from) }}
            >
              <ChapterButton chapter={chapter} isNow={chapter === now} onSeek={onSeek} />
            </li>
          ))}
        </ol>
      )}
      <div class="track">
        <div class="track-line" />
        <div class="track-done" style={{ width: place(second) }} />
        {marks}
        <input
          type="range"
          class="track-slider"
          aria-label="Position in the film"
          aria-valuetext={`${clock(second * 1000, true)} of ${clock(durationS * 1000, true)}${now ? `, ${now.title}` : ''}`}
          min={0}
          max={durationS}
          step={STEP_S}
          value={second}
          onInput={({ currentTarget }) => onSeek(Number(currentTarget.value))}
        />
      </div>
    </div>
  );
}

function ChapterButton(props: {
  chapter: Chapter;
  isNow: boolean;
  onSeek: (second: number) => void;
}): JSX.Element {
  const { title, outcome, from, to } = props.chapter;
  return (
    <button
      type="button"
      class={`chapter ${outcome}`}
      title={`${title} (${clock(from * 1000)} – ${clock(to * 1000)})`}
      aria-current={props.isNow}
      onClick={() => props.onSeek(from)}
    >
      <OutcomeIcon outcome={outcome} />
      <span class="chapter-title">{title}</span>
    </button>
  );
}

/** Only to be seen: the list beside it says the same, and more. */
function Mark(props: { moment: Moment; place: (at: number) => string }): JSX.Element | null {
  const { at, kind, level } = props.moment;
  if (at === undefined) return null;
  return (
    <span class={`mark ${kind} ${level}`} style={{ left: props.place(at) }} aria-hidden="true" />
  );
}
