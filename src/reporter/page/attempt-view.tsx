/** One attempt: its recording with its events, and its errors. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RecordingEvent } from '../../ui/recording';
import { RecordingView } from '../../ui/recording-view';
import { usePlayer } from '../../ui/use-player';
import { hashOf } from './address';
import { Errors } from './errors';
import { type Attempt, eventsOf, type Run, verdictOf } from './model';
import { useSeekableSource } from './seekable-source';
import { TraceLink } from './trace-link';

/** The step that was chosen in one of two attempts; the other one moves to the same step. */
export interface Cue {
  from: Attempt;
  event: RecordingEvent;
}

interface AttemptProps {
  run: Run;
  attempt: Attempt;
  /** The moment to show, in milliseconds. @default its first error, or else its beginning */
  startMs: number | undefined;
  cue: Cue | undefined;
  /** Set while two attempts are side by side. */
  onCue: ((cue: Cue) => void) | undefined;
}

export function AttemptView({ run, attempt, startMs, cue, onCue }: AttemptProps): JSX.Element {
  const { clip, durationMs, errors } = attempt.data;
  const events = useMemo(() => eventsOf(run, attempt), [run, attempt]);
  const recording = useMemo(() => ({ durationMs, chapters: [], events }), [events]);
  const [isMissing, setMissing] = useState(false);
  const { src, onLoadedMetadata } = useSeekableSource(isMissing ? undefined : clip);
  const player = usePlayer({ src, durationMs, startMs: startMs ?? errors?.[0]?.atMs ?? 0 });
  const { seek } = player;
  useEffect(() => {
    if (startMs !== undefined) seek(startMs);
  }, [startMs]);
  useEffect(() => {
    if (cue && cue.from !== attempt) seek(sameStep(events, cue.event));
  }, [cue]);
  const choose = (event: RecordingEvent): void => {
    seek(event.atMs ?? 0);
    onCue?.({ from: attempt, event });
  };
  return (
    <article class="attempt" aria-label={`Attempt ${attempt.number}`}>
      {onCue && (
        <p class={attempt.hasFailed ? 'bad' : 'ok'}>
          <b>
            Attempt {attempt.number}: {verdictOf(attempt)}
          </b>
        </p>
      )}
      <Errors run={run} attempt={attempt} onSeek={seek} />
      <RecordingView
        recording={recording}
        player={player}
        src={src}
        label={`Player of attempt ${attempt.number}`}
        videoLabel={`Recording of ${attempt.test.title}`}
        isWholePage={false}
        linkTo={(atMs) => hashOf({ test: attempt.test.index, attempt: attempt.number, atMs })}
        onChoose={choose}
        onError={() => setMissing(true)}
        onLoadedMetadata={onLoadedMetadata}
        picture={
          src === undefined && (
            <p class="no-clip">
              {isMissing
                ? 'The clip is no longer next to this page.'
                : 'This attempt was not recorded.'}
            </p>
          )
        }
      >
        <TraceLink attempt={attempt} />
      </RecordingView>
    </article>
  );
}

/** The moment of the same step in these events, or the same moment if there is no such step. */
function sameStep(events: readonly RecordingEvent[], { id, atMs }: RecordingEvent): number {
  return events.find((event) => id !== undefined && event.id === id)?.atMs ?? atMs ?? 0;
}
