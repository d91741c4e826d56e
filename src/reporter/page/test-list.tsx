/** The list of tests: filters, and rows of which only those in sight are made. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Outcome } from '../run/data';
import { type Filter, filtered, type Order } from './filter';
import { count, duration } from './format';
import { OUTCOMES } from './header';
import { Badge, Icon, outcomeWord } from './icons';
import type { Run, Test } from './model';

/** Height of a row, in pixels: the stylesheet has the same. */
const ROW = 52;
/** Rows made above and below those in sight. */
const SPARE = 6;

export interface TestListProps {
  run: Run;
  selected: Test | undefined;
  onSelect: (test: Test) => void;
}

/** Filters and rows. */
export function TestList({ run, selected, onSelect }: TestListProps): JSX.Element {
  const [filter, setFilter] = useState<Filter>({ words: '', project: '', order: 'worst' });
  const tests = useMemo(() => filtered(run.tests, filter), [run, filter]);
  const change = (part: Partial<Filter>): void => setFilter({ ...filter, ...part });
  return (
    <section class="card tests" aria-label="Tests">
      <div class="card-head">
        <h2>Tests</h2>
        <span class="found" role="status">
          {tests.length === run.tests.length
            ? count(tests.length, 'test')
            : `${tests.length} of ${count(run.tests.length, 'test')}`}
        </span>
      </div>
      <Filters run={run} filter={filter} onChange={change} />
      {tests.length === 0 ? (
        <p class="nothing">
          {run.tests.length === 0 ? 'No test has run.' : 'No test is like that.'}
        </p>
      ) : (
        <Rows tests={tests} selected={selected} onSelect={onSelect} />
      )}
    </section>
  );
}

interface FiltersProps {
  run: Run;
  filter: Filter;
  onChange: (part: Partial<Filter>) => void;
}

function Filters({ run, filter, onChange }: FiltersProps): JSX.Element {
  return (
    <div class="filters">
      <div class="search">
        <Search words={filter.words} onChange={onChange} />
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
      <div class="chips" role="group" aria-label="How they ended">
        <Chip run={run} chosen={filter.outcome} onChange={onChange} />
        {OUTCOMES.filter((outcome) => run.data.totals.tests[outcome] > 0).map((outcome) => (
          <Chip
            key={outcome}
            run={run}
            outcome={outcome}
            chosen={filter.outcome}
            onChange={onChange}
          />
        ))}
      </div>
    </div>
  );
}

/** The slash key leads to it, as on many pages. */
function Search({
  words,
  onChange,
}: { words: string } & Pick<FiltersProps, 'onChange'>): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
      if (event.key !== '/' || isTyping) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return (
    <>
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        placeholder="Find a test  ( / )"
        aria-label="Find a test"
        value={words}
        onInput={(event) => onChange({ words: event.currentTarget.value })}
      />
    </>
  );
}

interface ChipProps extends Pick<FiltersProps, 'run' | 'onChange'> {
  outcome?: Outcome;
  chosen: Outcome | undefined;
}

function Chip({ run, outcome, chosen, onChange }: ChipProps): JSX.Element {
  const number = outcome ? run.data.totals.tests[outcome] : run.tests.length;
  return (
    <button
      type="button"
      class={`chip ${outcome ?? 'all'}`}
      aria-pressed={outcome === chosen}
      onClick={() => onChange({ outcome })}
    >
      {outcome ? outcomeWord(outcome) : 'All'} <b>{number}</b>
    </button>
  );
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
  const { title, suites, place, project, outcome, attempts } = test;
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
      <Badge outcome={outcome} />
      <span class="row-text">
        <span class="row-title">{path}</span>
        <span class="row-place">
          {place}
          {project !== '' && <em>{project}</em>}
          {attempts.length > 1 && <em>{count(attempts.length, 'attempt')}</em>}
        </span>
      </span>
      <span class="row-time">{duration(test.durationMs)}</span>
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
