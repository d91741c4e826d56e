/** A recording from beginning to end: a chapter for each test, a mark for each event, and a slider. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { clock } from './format';
import { OutcomeIcon, TestTitle } from './parts';
import { chapterAt, type Chapter, type Recording } from './recording';

/** How far the keys move the slider, in milliseconds. The browser's own steps depend on the length of the recording. */
const KEY_STEPS: Record<string, number> = {
  ArrowLeft: -100,
  ArrowDown: -100,
  ArrowRight: 100,
  ArrowUp: 100,
  PageDown: -1_000,
  PageUp: 1_000,
  Home: -Infinity,
  End: Infinity,
};

interface TrackProps {
  recording: Recording;
  atMs: number;
  onSeek: (atMs: number) => void;
}

export function Track({ recording, atMs, onSeek }: TrackProps): JSX.Element {
  const { durationMs, chapters } = recording;
  const share = (ms: number): string =>
    `${(Math.min(1, ms / Math.max(durationMs, 1)) * 100).toFixed(3)}%`;
  const current = chapterAt(chapters, atMs);
  const position = `${clock(atMs, true)} of ${clock(durationMs, true)}`;
  return (
    <div class="track">
      {chapters.length > 0 && (
        <ol class="chapters" aria-label="Tests in this replay">
          {chapters.map((chapter) => (
            <li
              key={chapter.position}
              class="chapter-slot"
              style={{
                left: share(chapter.fromMs),
                width: share(chapter.toMs - chapter.fromMs),
              }}
            >
              <ChapterButton chapter={chapter} isCurrent={chapter === current} onSeek={onSeek} />
            </li>
          ))}
        </ol>
      )}
      <div class="track-body">
        <Marks recording={recording} share={share} />
        <input
          type="range"
          class="track-slider"
          aria-label="Position in the recording"
          aria-valuetext={current ? `${position}, ${current.title}` : position}
          min={0}
          max={Math.round(durationMs)}
          value={Math.round(atMs)}
          onInput={({ currentTarget }) => onSeek(Number(currentTarget.value))}
          onKeyDown={(event) => {
            const by = KEY_STEPS[event.key];
            if (by === undefined) return;
            event.preventDefault();
            onSeek(atMs + by);
          }}
        />
      </div>
    </div>
  );
}

function ChapterButton(props: {
  chapter: Chapter;
  isCurrent: boolean;
  onSeek: (atMs: number) => void;
}): JSX.Element {
  const { title, outcome, fromMs, toMs } = props.chapter;
  return (
    <button
      type="button"
      class={`chapter ${outcome}`}
      title={`${title} (${clock(fromMs)} – ${clock(toMs)})`}
      aria-current={props.isCurrent}
      onClick={() => props.onSeek(fromMs)}
    >
      <OutcomeIcon outcome={outcome} />
      <TestTitle class="chapter-title" text={title} />
    </button>
  );
}

/** Hidden from screen readers: the list of events has the same, and more. */
function Marks(props: { recording: Recording; share: (ms: number) => string }): JSX.Element {
  const { recording, share } = props;
  // There can be thousands, and the player moves sixty times a second.
  return useMemo(
    () => (
      <>
        {recording.events.map(({ kind, level, atMs, depth = 0 }, index) =>
          atMs === null || depth > 0 ? null : (
            <span
              key={index}
              class={`mark ${kind} ${level}`}
              style={{ left: share(atMs) }}
              aria-hidden="true"
            />
          ),
        )}
      </>
    ),
    [recording],
  );
}
