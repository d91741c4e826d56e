/** One test: its attempts, one at a time or two side by side. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { AttemptView, type Cue } from './attempt-view';
import { duration, short } from './format';
import { Badge, Icon, outcomeWord, statusWord } from './icons';
import { hasDetails, loadDetails } from './load';
import type { Attempt, Run, Test } from './model';
import { type Place, writePlace } from './place';

export interface DetailProps {
  run: Run;
  test: Test;
  place: Place;
  onClose: () => void;
}

/** The test that is looked at. */
export function Detail({ run, test, place, onClose }: DetailProps): JSX.Element {
  const [cue, setCue] = useState<Cue | undefined>();
  const isLoaded = useDetails(run, test);
  useEscape(onClose);
  const chosen =
    test.attempts.find(({ number }) => number === place.attempt) ?? test.attempts.at(-1);
  const pair = pairOf(test);
  const compared = place.isCompared === true ? pair : undefined;
  const shown = compared ?? (chosen ? [chosen] : []);
  return (
    <section class="card detail" aria-label={`Test ${test.title}`}>
      <DetailHead test={test} onClose={onClose} />
      {test.attempts.length > 1 && (
        <Attempts
          test={test}
          chosen={compared ? undefined : chosen}
          isComparable={pair !== undefined}
        />
      )}
      <div class={`views ${shown.length > 1 ? 'two' : ''}`}>
        {(isLoaded ? shown : []).map((attempt) => (
          <AttemptView
            key={attempt.number}
            run={run}
            attempt={attempt}
            beginAtMs={attempt.number === place.attempt ? place.atMs : undefined}
            cue={cue}
            onCue={shown.length > 1 ? setCue : undefined}
          />
        ))}
        {shown.length === 0 && <p class="nothing">It did not run.</p>}
      </div>
    </section>
  );
}

/** Loads what is shown of a test. True once it is there. */
function useDetails(run: Run, test: Test): boolean {
  const [isLoaded, setLoaded] = useState(hasDetails(test));
  useEffect(() => {
    if (!isLoaded) void loadDetails(run, test).then(() => setLoaded(true));
  }, []);
  return isLoaded;
}

/** For the Esc key, wherever the focus is, unless something else is left by it: a search that has words, or the full screen. */
function useEscape(onEscape: () => void): void {
  useLayoutEffect(() => {
    const listener = ({ key, target }: KeyboardEvent): void => {
      const hasWords = target instanceof HTMLInputElement && target.value !== '';
      if (key === 'Escape' && !hasWords && !document.fullscreenElement) onEscape();
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, [onEscape]);
}

interface AttemptsProps {
  test: Test;
  /** Undefined when two are compared. */
  chosen: Attempt | undefined;
  isComparable: boolean;
}

function Attempts({ test, chosen, isComparable }: AttemptsProps): JSX.Element {
  return (
    <div class="attempts" role="group" aria-label="Attempts">
      {test.attempts.map((attempt) => (
        <button
          type="button"
          key={attempt.number}
          class={`chip ${attempt.hasFailed ? 'unexpected' : 'expected'}`}
          aria-pressed={attempt === chosen}
          onClick={() => writePlace({ test: test.index, attempt: attempt.number })}
        >
          Attempt {attempt.number} <b>{statusWord(attempt.status)}</b>
        </button>
      ))}
      {isComparable && (
        <button
          type="button"
          class="chip all"
          aria-pressed={chosen === undefined}
          onClick={() => writePlace({ test: test.index, isCompared: true })}
        >
          Side by side
        </button>
      )}
    </div>
  );
}

function DetailHead({ test, onClose }: Pick<DetailProps, 'test' | 'onClose'>): JSX.Element {
  const lanes = [...new Set(test.attempts.flatMap(({ lane }) => lane ?? []))];
  return (
    <div class="detail-head">
      <Badge outcome={test.outcome} />
      <div class="detail-title">
        <p class="path">{[test.project, ...test.suites].filter(Boolean).join(' › ')}</p>
        <h2>{test.title}</h2>
        <p class="facts">
          <span>{outcomeWord(test.outcome)}</span>
          <span>{duration(test.durationMs)}</span>
          <code>{test.place}</code>
          {lanes.map((lane) => (
            <span key={lane.id} title={lane.id}>
              Session {lane.number} <code>{short(lane.id)}</code>
            </span>
          ))}
        </p>
      </div>
      <button type="button" class="quiet" onClick={onClose} aria-label="Close the test">
        <Icon name="close" />
      </button>
    </div>
  );
}

/** The attempts to compare: the last one that failed, and the one that passed, or was the last. */
function pairOf({ attempts }: Test): [Attempt, Attempt] | undefined {
  const last = attempts.at(-1);
  const red = attempts.findLast((attempt) => attempt.hasFailed && attempt !== last);
  return red && last ? [red, last] : undefined;
}
