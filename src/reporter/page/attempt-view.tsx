/** One attempt: its clip, its errors, and what happened in it, all at the same moment. */
import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { seekTo } from '../../ui/seek';
import { Errors } from './errors';
import { Happenings } from './happenings';
import { type Attempt, type Happening, happeningsOf, type Run } from './model';
import { Player } from './player';
import { TraceLink } from './trace-link';

/** Another attempt was brought to a step: this one goes there too. */
export interface Cue {
  from: Attempt;
  atMs: number;
  key: string;
}

export interface AttemptProps {
  run: Run;
  attempt: Attempt;
  /** Where it begins, in milliseconds. @default at its first error, else at its begin */
  beginAtMs: number | undefined;
  cue: Cue | undefined;
  /** Set where another attempt stands beside it. */
  onCue: ((cue: Cue) => void) | undefined;
}

/** An attempt, and the moment of it that is looked at. */
export function AttemptView({ run, attempt, beginAtMs, cue, onCue }: AttemptProps): JSX.Element {
  const happenings = useMemo(() => happeningsOf(run, attempt), [run, attempt]);
  const [atMs, setAtMs] = useState(beginAtMs ?? attempt.data.errors?.[0]?.atMs ?? 0);
  const video = useRef<HTMLVideoElement>(null);
  const seek = useCallback((ms: number): void => {
    if (video.current) seekTo(video.current, ms / 1000);
    setAtMs(ms);
  }, []);
  useEffect(() => {
    if (beginAtMs !== undefined) seek(beginAtMs);
  }, [beginAtMs, seek]);
  useEffect(() => {
    if (cue && cue.from !== attempt) seek(sameStep(happenings, cue));
  }, [cue]);
  const choose = ({ atMs: at, key }: Happening): void => {
    seek(at);
    onCue?.({ from: attempt, atMs: at, key });
  };
  return (
    <article class="attempt" aria-label={`Attempt ${attempt.number}`}>
      {onCue && (
        <p class={`attempt-name ${attempt.hasFailed ? 'bad' : 'ok'}`}>
          Attempt {attempt.number}: {attempt.hasFailed ? 'red' : 'green'}
        </p>
      )}
      <Player
        attempt={attempt}
        video={video}
        happenings={happenings}
        atMs={atMs}
        onTime={setAtMs}
        onSeek={seek}
      />
      <Errors run={run} attempt={attempt} onSeek={seek} />
      <Happenings happenings={happenings} atMs={atMs} onChoose={choose} />
      <TraceLink attempt={attempt} />
    </article>
  );
}

/** The moment of the same step in this attempt; the same time where it did not get so far. */
export function sameStep(
  happenings: readonly Happening[],
  { key, atMs }: Pick<Cue, 'key' | 'atMs'>,
): number {
  return happenings.find((it) => key !== '' && it.key === key)?.atMs ?? atMs;
}
