/** The whole page: head, timeline, and below them the tests beside the one that is looked at. */
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { Detail } from './detail';
import { Header } from './header';
import type { Run, Test } from './model';
import { readPlace, writePlace } from './place';
import { TestList } from './test-list';
import { restoreTheme } from './theme';
import { Timeline } from './timeline';

restoreTheme();

/** The page of a run. */
export function App({ run }: { run: Run }): JSX.Element {
  const [place, setPlace] = useState(readPlace);
  useLayoutEffect(() => {
    // at once, since an address that changes before would not be heard
    const follow = (): void => setPlace(readPlace());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const test = place.test === undefined ? undefined : run.tests[place.test];
  const select = useMemo(
    () =>
      (chosen: Test | undefined, attempt?: number): void =>
        writePlace({ test: chosen?.index, attempt }),
    [],
  );
  return (
    <div class={`page ${test ? 'looks-at-test' : ''}`}>
      <Header data={run.data} />
      <main>
        <Timeline run={run} test={test} attempt={place.attempt} onSelect={select} />
        <div class="columns">
          <TestList run={run} selected={test} onSelect={select} />
          {test ? (
            <Detail
              key={test.index}
              run={run}
              test={test}
              place={place}
              onClose={() => select(undefined)}
            />
          ) : (
            <Welcome run={run} />
          )}
        </div>
      </main>
    </div>
  );
}

function Welcome({ run }: { run: Run }): JSX.Element {
  const isEmpty = run.tests.length === 0;
  return (
    <section class="card detail welcome" aria-label="No test chosen">
      <p class="welcome-title">{isEmpty ? 'No test has run' : 'Choose a test'}</p>
      <p>
        {isEmpty
          ? 'The run ended before a test did. What is wrong stands above, and in the terminal.'
          : 'Its recording plays here, with its steps, console errors and failed requests beside it.'}
      </p>
    </section>
  );
}
