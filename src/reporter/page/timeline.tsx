/** The timeline: a lane for each session, a block for each test. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { countText } from '../../base/texts';
import { shortId } from '../../ui/format';
import { Button } from '../../ui/parts';
import { Axis } from './axis';
import type { LanePart, Row } from './lane-parts';
import { attemptLabel, rowsOf } from './lane-parts';
import type { Attempt, Run, Test } from './model';
import { type BlockData, blocksIn, partsIn, useView, type View } from './timeline-view';

/** At the largest zoom, a block of ten milliseconds is visible in a run of minutes. */
const MAX_ZOOM = 256;
/** Narrower blocks have no title, as a part of the whole width without zoom. */
const TITLED = 0.05;

export interface TimelineProps {
  run: Run;
  test: Test | undefined;
  attempt: number | undefined;
  onSelect: (test: Test, attempt: number) => void;
}

/** All lanes on one axis; nothing if no test needed a session. */
export function Timeline({ run, test, attempt, onSelect }: TimelineProps): JSX.Element | null {
  const scroller = useRef<HTMLDivElement>(null);
  const [zoom, change] = useZoom(scroller);
  useShown(scroller, { test, attempt });
  const rows = useMemo(() => rowsOf(run), [run]);
  const [view, onScroll] = useView(run, rows, zoom);
  if (rows.length === 0) return null;
  return (
    <section class="panel timeline" aria-label="Timeline">
      <div class="panel-head">
        <h2>Timeline</h2>
        <Legend rows={rows} />
        <Zoom zoom={zoom} change={change} />
      </div>
      <div
        class="lanes-scroll"
        ref={scroller}
        onClick={(event) => choose(event, run, onSelect)}
        onKeyDown={step}
        onPointerOver={nameBlock}
        onScroll={onScroll}
        role="group"
        aria-label={`${countText(run.lanes.length, 'session')}; left and right go from test to test`}
      >
        <div
          class="lanes"
          style={{ width: `calc(var(--lane-names) + (100% - var(--lane-names)) * ${zoom})` }}
        >
          <Axis durationMs={run.data.durationMs} zoom={zoom} />
          {rows.map((row) => (
            <LaneRow
              key={row.session?.id ?? ''}
              row={row}
              totalMs={run.data.durationMs || 1}
              zoom={zoom}
              view={view}
              chosen={chosenIn(row, test, attempt)}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function Zoom({ zoom, change }: { zoom: number; change: (factor: number) => void }): JSX.Element {
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <Button
        icon="dash"
        label="Zoom out"
        iconOnly
        isDisabled={zoom === 1}
        onClick={() => change(1 / 2)}
      />
      <Button
        icon="plus"
        label="Zoom in"
        iconOnly
        isDisabled={zoom === MAX_ZOOM}
        onClick={() => change(2)}
      />
    </div>
  );
}

/** The zoom factor. A change keeps the middle of the visible part where it is. */
function useZoom(scroller: {
  current: HTMLDivElement | null;
}): [zoom: number, change: (factor: number) => void] {
  const [zoom, setZoom] = useState(1);
  const change = (factor: number): void => {
    const box = scroller.current;
    const middle = box ? (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth : 0;
    setZoom(Math.min(MAX_ZOOM, Math.max(1, zoom * factor)));
    requestAnimationFrame(() => {
      if (box) box.scrollLeft = middle * box.scrollWidth - box.clientWidth / 2;
    });
  };
  return [zoom, change];
}

const LEGEND = [
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['start', 'start-up'],
  ['wait', 'waiting'],
  ['turn', 'handed over'],
  ['died', 'died'],
  ['replacement', 'replacement'],
  ['left', 'left running'],
] as const;
/** Only in the legend of a run that has them. */
const RARE: readonly string[] = ['replacement', 'left'];

function Legend({ rows }: { rows: readonly Row[] }): JSX.Element {
  const seen = new Set(rows.flatMap(({ parts }) => parts.map(({ kind }) => kind)));
  const shown = LEGEND.filter(
    ([kind]) => !RARE.includes(kind) || seen.has(kind as LanePart['kind']),
  );
  return (
    <ul class="legend" aria-label="Colours">
      {shown.map(([kind, word]) => (
        <li key={kind}>
          <i class={`swatch ${kind}`} />
          {word}
        </li>
      ))}
    </ul>
  );
}

interface LaneProps {
  row: Row;
  totalMs: number;
  zoom: number;
  view: View;
  /** The selected attempt, if it is in this lane. */
  chosen: Attempt | undefined;
}

function LaneRow({ row, totalMs, zoom, view, chosen }: LaneProps): JSX.Element {
  const seen = [view.fromMs, view.toMs, view.groupMs];
  const parts = useMemo(
    () => <Parts parts={partsIn(row.parts, view)} totalMs={totalMs} />,
    [row, ...seen],
  );
  const blocks = useMemo(
    () => (
      <Blocks
        blocks={blocksIn(row.attempts, view, chosen)}
        chosen={chosen}
        totalMs={totalMs}
        titledMs={(TITLED * totalMs) / zoom}
      />
    ),
    [row, chosen, zoom, ...seen],
  ); // there can be thousands, so they are drawn only after a change
  return (
    <div class="lane">
      <LaneName session={row.session} />
      <div class="lane-body">
        {parts}
        {blocks}
      </div>
    </div>
  );
}

function LaneName({ session }: Pick<Row, 'session'>): JSX.Element {
  if (!session)
    return (
      <div class="lane-name" title="Tests that waited for a session and got none">
        <b>No session</b>
      </div>
    );
  return (
    <div class="lane-name" title={`${session.id}, ${session.source}`}>
      <b>Session {session.number}</b> <code>{shortId(session.id)}</code>
    </div>
  );
}

function Parts({ parts, totalMs }: Pick<Row, 'parts'> & { totalMs: number }): JSX.Element {
  return (
    <>
      {parts.map(({ kind, atMs, durationMs, label }, index) => (
        <i
          key={index}
          class={`part ${kind}`}
          title={label}
          style={{
            left: share(atMs, totalMs),
            ...(durationMs > 0 && { width: share(durationMs, totalMs) }),
          }}
        />
      ))}
    </>
  );
}

interface BlocksProps {
  blocks: readonly BlockData[];
  /** The selected one, if it is among them. */
  chosen: Attempt | undefined;
  totalMs: number;
  /** Shorter blocks have no title. */
  titledMs: number;
}

function Blocks({ blocks, chosen, totalMs, titledMs }: BlocksProps): JSX.Element {
  return (
    <>
      {blocks.map(({ attempt, atMs, endMs, count: all }, index) => (
        <button
          type="button"
          key={`${attempt.test.index}-${attempt.number}`}
          class={`block ${attempt.hasFailed ? 'failed' : attempt.status === 'skipped' ? 'skipped' : 'passed'}`}
          data-test={attempt.test.index}
          data-attempt={attempt.number}
          tabIndex={(chosen ? attempt === chosen : index === 0) ? 0 : -1}
          aria-current={attempt === chosen ? 'true' : undefined}
          aria-label={
            all > 1
              ? `${attemptLabel(attempt)}; ${all - 1} more here, zoom in`
              : attemptLabel(attempt)
          }
          style={{
            left: share(atMs, totalMs),
            width: share(endMs - atMs, totalMs),
          }}
        >
          {attempt.data.durationMs > titledMs ? attempt.test.title : ''}
        </button>
      ))}
    </>
  );
}

/** A time as a part of the whole run. */
function share(ms: number, totalMs: number): string {
  return `${((ms / totalMs) * 100).toFixed(4)}%`;
}

function chosenIn(
  { session, attempts }: Row,
  test: Test | undefined,
  number: number | undefined,
): Attempt | undefined {
  const attempt =
    test && (test.attempts.find((it) => it.number === number) ?? test.attempts.at(-1));
  return attempt && attempt.lane === session && attempts.includes(attempt) ? attempt : undefined;
}

/** Scrolls to the selected block. */
function useShown(
  scroller: { current: HTMLDivElement | null },
  { test, attempt }: Pick<TimelineProps, 'test' | 'attempt'>,
): void {
  useEffect(() => {
    const block = scroller.current?.querySelector<HTMLElement>('.block[aria-current]');
    block?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [test, attempt]);
}

function blockOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('.block') : null;
}

/** Sets the tooltip of a block when it is needed: there can be thousands. */
function nameBlock({ target }: Event): void {
  const block = blockOf(target);
  if (block) block.title = block.ariaLabel ?? '';
}

function choose(event: Event, run: Run, onSelect: TimelineProps['onSelect']): void {
  const block = blockOf(event.target);
  const test = run.tests[Number(block?.dataset['test'])];
  if (test) onSelect(test, Number(block?.dataset['attempt']));
}

/** Arrow keys move between blocks: left and right in a lane, up and down between lanes. */
function step(event: KeyboardEvent): void {
  const block = blockOf(event.target);
  const next = block && nextBlock(block, event.key);
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function nextBlock(block: HTMLElement, key: string): HTMLElement | null | undefined {
  const blocks = (lane: Element | null | undefined): HTMLElement[] => [
    ...(lane?.querySelectorAll<HTMLElement>('.block') ?? []),
  ];
  const lane = block.closest('.lane');
  const own = blocks(lane);
  if (key === 'ArrowRight') return own[own.indexOf(block) + 1];
  if (key === 'ArrowLeft') return own[own.indexOf(block) - 1];
  const other =
    key === 'ArrowDown'
      ? lane?.nextElementSibling
      : key === 'ArrowUp'
        ? lane?.previousElementSibling
        : null;
  return (
    blocks(other).find((it) => it.offsetLeft + it.offsetWidth > block.offsetLeft) ??
    blocks(other).at(-1)
  );
}
