/** The selected test: one of its attempts, or two side by side. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { durationText } from '../../base/texts';
import { shortId } from '../../ui/format';
import { Button, Filters } from '../../ui/parts';
import { type Selection, writeSelection } from './address';
import { AttemptView, type Cue } from './attempt-view';
import { hasDetails, loadDetails } from './load';
import { type Attempt, OUTCOME_WORDS, type Run, type Test, verdictOf } from './model';
import { TestOutcome } from './test-outcome';

interface DetailProps {
  run: Run;
  test: Test;
  selection: Selection;
  onClose: () => void;
}

export function Detail({ run, test, selection, onClose }: DetailProps): JSX.Element {
  const [cue, setCue] = useState<Cue | undefined>();
  const isLoaded = useDetails(run, test);
  useEscape(onClose);
  const chosen =
    test.attempts.find(({ number }) => number === selection.attempt) ?? test.attempts.at(-1);
  const pair = pairOf(test);
  const compared = selection.isCompared === true ? pair : undefined;
  const shown = compared ?? (chosen ? [chosen] : []);
  return (
    <section class="panel detail" aria-label={`Test ${test.title}`}>
      <DetailHead test={test} onClose={onClose} />
      {test.attempts.length > 1 && (
        <Filters
          label="Attempts"
          choices={[
            ...test.attempts.map(({ number }) => [String(number), `Attempt ${number}`] as const),
            ...(pair ? [['pair', 'Side by side'] as const] : []),
          ]}
          chosen={compared ? 'pair' : String(chosen?.number)}
          note={(name) => {
            const attempt = test.attempts[Number(name) - 1];
            return attempt ? verdictOf(attempt) : '';
          }}
          onChoose={(name) =>
            writeSelection({
              test: test.index,
              ...(name === 'pair' ? { isCompared: true } : { attempt: Number(name) }),
            })
          }
        />
      )}
      <div class={`views ${shown.length > 1 ? 'two' : ''}`}>
        {(isLoaded ? shown : []).map((attempt) => (
          <AttemptView
            key={attempt.number}
            run={run}
            attempt={attempt}
            startMs={attempt.number === selection.attempt ? selection.atMs : undefined}
            cue={cue}
            onCue={shown.length > 1 ? setCue : undefined}
          />
        ))}
        {shown.length === 0 && <p class="nothing">It did not run.</p>}
      </div>
    </section>
  );
}

/** Loads the details of a test. Returns true when they are there. */
function useDetails(run: Run, test: Test): boolean {
  const [isLoaded, setLoaded] = useState(hasDetails(test));
  useEffect(() => {
    if (!isLoaded) void loadDetails(run, test).then(() => setLoaded(true));
  }, []);
  return isLoaded;
}

/** Handles Escape, unless it clears the search or leaves full screen. */
function useEscape(onEscape: () => void): void {
  useLayoutEffect(() => {
    const listener = ({ key, target }: KeyboardEvent): void => {
      const hasText =
        target instanceof HTMLInputElement && target.type === 'search' && target.value !== '';
      if (key === 'Escape' && !hasText && !document.fullscreenElement) onEscape();
    };
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, [onEscape]);
}

function DetailHead({ test, onClose }: Pick<DetailProps, 'test' | 'onClose'>): JSX.Element {
  const lanes = [...new Set(test.attempts.flatMap(({ lane }) => lane ?? []))];
  return (
    <div class="detail-head">
      <TestOutcome outcome={test.outcome} />
      <div class="detail-title">
        <p class="path">{[test.project, ...test.suites].filter(Boolean).join(' › ')}</p>
        <h2>{test.title}</h2>
        <p class="facts">
          <span>{OUTCOME_WORDS[test.outcome]}</span>
          <span>{durationText(test.durationMs)}</span>
          <code>{test.location}</code>
          {lanes.map((lane) => (
            <span key={lane.id} title={lane.id}>
              Session {lane.number} <code>{shortId(lane.id)}</code>
            </span>
          ))}
        </p>
      </div>
      <Button icon="cross" label="Close the test" iconOnly look="quiet" onClick={onClose} />
    </div>
  );
}

/** The attempts to compare: the last failed one, and the last one. */
function pairOf({ attempts }: Test): [Attempt, Attempt] | undefined {
  const last = attempts.at(-1);
  const failed = attempts.findLast((attempt) => attempt.hasFailed && attempt !== last);
  return failed && last ? [failed, last] : undefined;
}
