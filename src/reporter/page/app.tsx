/** The run page: header, timeline, and below them the tests next to the selected one. */
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { readSelection, writeSelection } from './address';
import { Detail } from './detail';
import { Header } from './header';
import type { Run, Test } from './model';
import { TestList } from './test-list';
import { restoreTheme } from './theme';
import { Timeline } from './timeline';

restoreTheme();

export function App({ run }: { run: Run }): JSX.Element {
  const [selection, setSelection] = useState(readSelection);
  // A layout effect, because the address can change before other effects run.
  useLayoutEffect(() => {
    const follow = (): void => setSelection(readSelection());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const test = selection.test === undefined ? undefined : run.tests[selection.test];
  const select = useMemo(
    () =>
      (chosen: Test | undefined, attempt?: number): void =>
        writeSelection({ test: chosen?.index, attempt }),
    [],
  );
  return (
    <div class={`page ${test ? 'has-test' : ''}`}>
      <Header data={run.data} />
      <main>
        <Timeline run={run} test={test} attempt={selection.attempt} onSelect={select} />
        <div class="columns">
          <TestList run={run} selected={test} onSelect={select} />
          {test ? (
            <Detail
              key={test.index}
              run={run}
              test={test}
              selection={selection}
              onClose={() => select(undefined)}
            />
          ) : (
            <Welcome isEmpty={run.tests.length === 0} />
          )}
        </div>
      </main>
    </div>
  );
}

function Welcome({ isEmpty }: { isEmpty: boolean }): JSX.Element {
  return (
    <section class="panel detail welcome" aria-label="No test selected">
      <p class="welcome-title">{isEmpty ? 'No test has run' : 'Choose a test'}</p>
      <p>
        {isEmpty
          ? 'The run ended before its first test. The problems are listed above, and in the terminal.'
          : 'See its recording, with its steps, console errors and failed requests.'}
      </p>
    </section>
  );
}
