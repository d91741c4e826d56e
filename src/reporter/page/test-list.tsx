/** The list of tests with its filters. Only the visible rows are in the page. */
import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { countText, durationText } from '../../base/texts';
import { Filters, Search, TestTitle } from '../../ui/parts';
import { type Filter, filtered, type Order } from './filter';
import { OUTCOME_WORDS, OUTCOMES, type Run, type Test } from './model';
import { TestOutcome } from './test-outcome';

/** Height of a row, in pixels, as in the stylesheet. */
const ROW = 52;
/** Additional rows above and below the visible ones. */
const SPARE = 6;

export interface TestListProps {
  run: Run;
  selected: Test | undefined;
  onSelect: (test: Test) => void;
}

export function TestList({ run, selected, onSelect }: TestListProps): JSX.Element {
  const [filter, setFilter] = useState<Filter>({ words: '', project: '', order: 'worst' });
  const tests = useMemo(() => filtered(run.tests, filter), [run, filter]);
  const change = (part: Partial<Filter>): void => setFilter({ ...filter, ...part });
  return (
    <section class="panel tests" aria-label="Tests">
      <div class="panel-head">
        <h2>Tests</h2>
        <span class="found" role="status">
          {tests.length === run.tests.length
            ? countText(tests.length, 'test')
            : `${tests.length} of ${countText(run.tests.length, 'test')}`}
        </span>
      </div>
      <Tools run={run} filter={filter} onChange={change} />
      {tests.length === 0 ? (
        <p class="nothing">{run.tests.length === 0 ? 'No test has run.' : 'No test matches.'}</p>
      ) : (
        <Rows tests={tests} selected={selected} onSelect={onSelect} />
      )}
    </section>
  );
}

interface ToolsProps {
  run: Run;
  filter: Filter;
  onChange: (part: Partial<Filter>) => void;
}

function Tools({ run, filter, onChange }: ToolsProps): JSX.Element {
  const { tests } = run.data.totals;
  const outcomes = OUTCOMES.filter((outcome) => tests[outcome] > 0);
  return (
    <div class="tools">
      <div class="tools-row">
        <Search
          label="Find a test"
          placeholder="Find a test  ( / )"
          value={filter.words}
          element={useSlashKey()}
          onInput={(words) => onChange({ words })}
        />
        {run.projects.length > 1 && (
          <select
            aria-label="Project"
            value={filter.project}
            onChange={(event) => onChange({ project: event.currentTarget.value })}
          >
            <option value="">All projects</option>
            {run.projects.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <select
          aria-label="Order"
          value={filter.order}
          onChange={(event) => onChange({ order: event.currentTarget.value as Order })}
        >
          <option value="worst">Failed first</option>
          <option value="time">As they ran</option>
          <option value="duration">Slowest first</option>
        </select>
      </div>
      <Filters
        label="Outcome"
        choices={[
          ['all', 'All'],
          ...outcomes.map((outcome) => [outcome, OUTCOME_WORDS[outcome]] as const),
        ]}
        chosen={filter.outcome ?? 'all'}
        note={(name) => (name === 'all' ? run.tests.length : tests[name])}
        onChoose={(name) => onChange({ outcome: name === 'all' ? undefined : name })}
      />
    </div>
  );
}

/** The slash key moves the focus to this field, as on many sites. */
function useSlashKey(): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyping =
        target instanceof Element && target.matches('input:not([type="range"]), select');
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return field;
}

interface RowsProps extends Omit<TestListProps, 'run'> {
  tests: readonly Test[];
}

function Rows({ tests, selected, onSelect }: RowsProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [first, setFirst] = useState(0);
  const [height, setHeight] = useState(600);
  const at = selected ? tests.indexOf(selected) : -1;
  useEffect(() => {
    const measure = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 600));
    if (box.current) measure.observe(box.current);
    return () => measure.disconnect();
  }, []);
  useEffect(() => showRow(box.current, at), [at]);
  const from = Math.max(0, first - SPARE);
  const shown = tests.slice(from, first + Math.ceil(height / ROW) + SPARE);
  const go = (event: KeyboardEvent): void => {
    const next = tests[nextRow(event.key, at, tests.length)];
    if (!next) return;
    event.preventDefault();
    onSelect(next);
  };
  return (
    <div
      class="rows"
      ref={box}
      role="listbox"
      aria-label="Tests"
      tabIndex={0}
      aria-activedescendant={
        at >= from && at < from + shown.length ? `test-${selected?.index ?? 0}` : undefined
      }
      onKeyDown={go}
      onScroll={(event) => setFirst(Math.floor(event.currentTarget.scrollTop / ROW))}
    >
      <div class="rows-all" role="presentation" style={{ height: `${tests.length * ROW}px` }}>
        {shown.map((test, index) => (
          <Row
            key={test.index}
            test={test}
            position={{ at: from + index, of: tests.length }}
            isSelected={test === selected}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  test: Test;
  position: { at: number; of: number };
  isSelected: boolean;
  onSelect: (test: Test) => void;
}

function Row({ test, position: { at, of }, isSelected, onSelect }: RowProps): JSX.Element {
  const { title, suites, location, project, outcome, attempts } = test;
  const path = [...suites, title].join(' › ');
  return (
    <div
      id={`test-${test.index}`}
      class="row"
      role="option"
      aria-selected={isSelected}
      aria-setsize={of}
      aria-posinset={at + 1}
      style={{ top: `${at * ROW}px` }}
      onClick={() => onSelect(test)}
      title={path}
    >
      <TestOutcome outcome={outcome} />
      <span class="row-text">
        <TestTitle class="row-title" text={path} />
        <span class="row-location">
          {location}
          {project !== '' && <em>{project}</em>}
          {attempts.length > 1 && <em>{countText(attempts.length, 'attempt')}</em>}
        </span>
      </span>
      <span class="row-time">{durationText(test.durationMs)}</span>
    </div>
  );
}

function nextRow(key: string, at: number, length: number): number {
  if (key === 'ArrowDown' || key === 'j') return Math.min(length - 1, at + 1);
  if (key === 'ArrowUp' || key === 'k') return Math.max(0, at - 1);
  if (key === 'Home') return 0;
  return key === 'End' ? length - 1 : -1;
}

function showRow(box: HTMLElement | null, at: number): void {
  if (!box || at < 0) return;
  const top = at * ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW > box.scrollTop + box.clientHeight)
    box.scrollTop = top + ROW - box.clientHeight;
}
