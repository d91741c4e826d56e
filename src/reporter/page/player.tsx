/** Plays the clip of an attempt, with its marks below it; without a clip there are still the marks. */
import type { JSX, RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { copyText } from '../../ui/clipboard';
import { seekTo } from '../../ui/seek';
import { useFilmSource } from './film-source';
import { moment } from './format';
import { Icon } from './icons';
import type { Attempt, Happening } from './model';
import { addressOf } from './place';

/** A picture of a clip at 25 a second, in milliseconds: as far as one step goes. */
const PICTURE_MS = 40;
const SPEEDS = [0.25, 0.5, 1, 2];

export interface PlayerProps {
  attempt: Attempt;
  video: RefObject<HTMLVideoElement | null>;
  happenings: readonly Happening[];
  atMs: number;
  /** The film has moved on. */
  onTime: (atMs: number) => void;
  /** The reader wants to be there. */
  onSeek: (atMs: number) => void;
}

/** Film, marks, buttons. */
export function Player({
  attempt,
  video,
  happenings,
  atMs,
  onTime,
  onSeek,
}: PlayerProps): JSX.Element {
  const { clip, durationMs } = attempt.data;
  const [isMissing, setMissing] = useState(false);
  const hasFilm = clip !== undefined && !isMissing;
  const { src, onKnown } = useFilmSource(clip);
  useEffect(() => setMissing(false), [clip]);
  return (
    <div class="player">
      {hasFilm ? (
        <video
          ref={video}
          src={src}
          preload="auto"
          muted
          playsInline
          aria-label={`Recording of ${attempt.test.title}`}
          onLoadedMetadata={({ currentTarget }) => {
            seekTo(currentTarget, atMs / 1000);
            onKnown(currentTarget);
          }}
          onClick={(event) => toggle(event.currentTarget)}
          onTimeUpdate={(event) => {
            if (!event.currentTarget.paused) onTime(event.currentTarget.currentTime * 1000);
          }}
          onError={() => setMissing(true)}
        />
      ) : (
        <p class="no-film">
          {isMissing
            ? 'The clip is not beside this page any more.'
            : 'No recording was kept of this attempt.'}
        </p>
      )}
      <Strip happenings={happenings} durationMs={durationMs} atMs={atMs} onSeek={onSeek} />
      <Controls
        attempt={attempt}
        video={hasFilm ? video : undefined}
        atMs={atMs}
        onTime={onTime}
        onSeek={onSeek}
      />
    </div>
  );
}

type StripProps = Pick<PlayerProps, 'happenings' | 'atMs' | 'onSeek'> & { durationMs: number };

/** The time of the attempt, with a mark for whatever went wrong, and a line for each step. */
function Strip({ happenings, durationMs, atMs, onSeek }: StripProps): JSX.Element {
  const share = (ms: number): string =>
    `${Math.min(100, (ms / Math.max(1, durationMs)) * 100).toFixed(2)}%`;
  const seekTo = (event: PointerEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    onSeek(part * durationMs);
  };
  return (
    <div
      class="strip"
      role="slider"
      tabIndex={0}
      aria-label="Moment of the attempt"
      aria-valuemin={0}
      aria-valuemax={Math.round(durationMs)}
      aria-valuenow={Math.round(Math.min(atMs, durationMs))}
      aria-valuetext={moment(atMs)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        seekTo(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons > 0) seekTo(event);
      }}
      onKeyDown={(event) => {
        const next = nextMoment(event, { atMs, durationMs });
        if (next === undefined) return;
        event.preventDefault();
        onSeek(next);
      }}
    >
      <i class="passed-time" style={{ width: share(atMs) }} />
      {happenings
        .filter(({ depth }) => depth === 0)
        .map(({ kind, atMs: at, hasFailed, text }, index) => (
          <i
            key={index}
            class={`mark ${kind} ${hasFailed ? 'failed' : ''}`}
            title={text}
            style={{ left: share(at) }}
          />
        ))}
      <i class="now" style={{ left: share(atMs) }} />
    </div>
  );
}

interface ControlsProps extends Pick<PlayerProps, 'attempt' | 'atMs' | 'onTime' | 'onSeek'> {
  video: RefObject<HTMLVideoElement | null> | undefined;
}

function Controls({ attempt, video, atMs, onTime, onSeek }: ControlsProps): JSX.Element {
  const { durationMs } = attempt.data;
  const isPlaying = usePlaying(video, onTime);
  const film = (): HTMLVideoElement | null => video?.current ?? null;
  return (
    <div class="controls">
      <button
        type="button"
        class="play"
        disabled={!video}
        aria-label={isPlaying ? 'Pause' : 'Play'}
        onClick={() => toggle(film())}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <button
        type="button"
        aria-label="Back one picture"
        onClick={() => onSeek(Math.max(0, atMs - PICTURE_MS))}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        aria-label="On by one picture"
        onClick={() => onSeek(Math.min(durationMs, atMs + PICTURE_MS))}
      >
        <Icon name="forward" />
      </button>
      <span class="clock">
        {moment(Math.min(atMs, durationMs))} <span>/ {moment(durationMs)}</span>
      </span>
      <Speed film={film} isDisabled={!video} />
      <CopyLink attempt={attempt} atMs={atMs} />
      {video && (
        <button
          type="button"
          aria-label="Full screen"
          onClick={() => void film()?.requestFullscreen()}
        >
          <Icon name="full" />
        </button>
      )}
    </div>
  );
}

function Speed({
  film,
  isDisabled,
}: {
  film: () => HTMLVideoElement | null;
  isDisabled: boolean;
}): JSX.Element {
  return (
    <select
      aria-label="Speed"
      disabled={isDisabled}
      onChange={(event) => {
        const it = film();
        if (it) it.playbackRate = Number(event.currentTarget.value);
      }}
    >
      {SPEEDS.map((speed) => (
        <option key={speed} value={speed} selected={speed === 1}>
          {speed}×
        </option>
      ))}
    </select>
  );
}

function CopyLink({ attempt, atMs }: Pick<PlayerProps, 'attempt' | 'atMs'>): JSX.Element {
  const [said, setSaid] = useState('');
  const address = addressOf({ test: attempt.test.index, attempt: attempt.number, atMs });
  const copy = async (event: Event): Promise<void> => {
    event.preventDefault(); // what is looked at stays as it is
    history.replaceState(null, '', address);
    const isCopied = await copyText(address);
    setSaid(isCopied ? 'Copied' : 'The address bar has the link to this moment');
  };
  return (
    <>
      <span class="copied" role="status">
        {said}
      </span>
      <a
        class="copy"
        href={address}
        aria-label="Link to this moment"
        title="Copy a link to this moment"
        onClick={(event) => void copy(event)}
      >
        <Icon name="link" />
      </a>
    </>
  );
}

/** Whether the film plays; while it does, the moment follows it picture by picture. */
function usePlaying(
  video: RefObject<HTMLVideoElement | null> | undefined,
  onTime: (atMs: number) => void,
): boolean {
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    const film = video?.current;
    if (!film) return undefined;
    let request = 0;
    const follow = (): void => {
      onTime(film.currentTime * 1000);
      request = requestAnimationFrame(follow);
    };
    const begin = (): void => {
      setPlaying(true);
      request = requestAnimationFrame(follow);
    };
    const end = (): void => {
      setPlaying(false);
      cancelAnimationFrame(request);
    };
    film.addEventListener('play', begin);
    film.addEventListener('pause', end);
    return () => {
      end();
      film.removeEventListener('play', begin);
      film.removeEventListener('pause', end);
    };
  }, [video, onTime]);
  return isPlaying;
}

function toggle(film: HTMLVideoElement | null): void {
  if (film?.paused === true)
    void film.play().catch(() => undefined); // it cannot be played, which its own error tells
  else film?.pause();
}

function nextMoment(
  { key }: KeyboardEvent,
  { atMs, durationMs }: { atMs: number; durationMs: number },
): number | undefined {
  const steps: Record<string, number> = {
    ArrowLeft: atMs - 100,
    ArrowRight: atMs + 100,
    PageDown: atMs - 1000,
    PageUp: atMs + 1000,
    Home: 0,
    End: durationMs,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.min(durationMs, Math.max(0, next));
}
