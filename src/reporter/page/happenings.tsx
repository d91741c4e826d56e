/** What happened in an attempt, as a list that moves with the film: steps, console errors, failed requests. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { walkLines } from '../../ui/list-keys';
import { duration, moment } from './format';
import type { Happening } from './model';

type Kind = Happening['kind'];

const TABS: { name: string; kinds: readonly Kind[] }[] = [
  { name: 'Everything', kinds: ['step', 'console', 'request', 'exception', 'error'] },
  { name: 'Steps', kinds: ['step'] },
  { name: 'Console', kinds: ['console', 'exception'] },
  { name: 'Requests', kinds: ['request'] },
];

const WORDS: Record<Kind, string> = {
  step: '',
  console: 'console',
  request: 'request',
  exception: 'exception',
  error: 'error',
};

export interface HappeningsProps {
  happenings: readonly Happening[];
  atMs: number;
  onChoose: (happening: Happening) => void;
}

/** The list, and what of it is shown. */
export function Happenings({ happenings, atMs, onChoose }: HappeningsProps): JSX.Element {
  const [tab, setTab] = useState(0);
  const kinds = TABS[tab]?.kinds ?? [];
  const shown = useMemo(
    () => happenings.filter(({ kind }) => kinds.includes(kind)),
    [happenings, tab],
  );
  const current = shown.findLastIndex((it) => it.atMs <= atMs);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => showCurrent(list.current, current), [current]);
  return (
    <div class="happenings">
      <div class="tabs" role="group" aria-label="What is listed">
        {TABS.map(({ name, kinds: its }, index) => (
          <button
            type="button"
            key={name}
            aria-pressed={tab === index}
            onClick={() => setTab(index)}
          >
            {name} <b>{happenings.filter(({ kind }) => its.includes(kind)).length}</b>
          </button>
        ))}
      </div>
      {shown.length === 0 ? (
        <p class="nothing">Nothing of this kind.</p>
      ) : (
        <ol
          ref={list}
          tabIndex={0}
          aria-label="What happened; up and down go from line to line"
          onKeyDown={walkLines}
        >
          {shown.map((happening, index) => (
            <Item
              key={index}
              happening={happening}
              isCurrent={index === current}
              onChoose={onChoose}
            />
          ))}
        </ol>
      )}
    </div>
  );
}

interface ItemProps {
  happening: Happening;
  isCurrent: boolean;
  onChoose: (happening: Happening) => void;
}

function Item({ happening, isCurrent, onChoose }: ItemProps): JSX.Element {
  const { kind, atMs, durationMs, depth, text, place, hasFailed } = happening;
  return (
    <li
      class={`${kind} ${hasFailed ? 'failed' : ''}`}
      aria-current={isCurrent ? 'step' : undefined}
    >
      <button type="button" tabIndex={-1} onClick={() => onChoose(happening)} title={place}>
        <time>{moment(atMs)}</time>
        <span class="what" style={{ paddingLeft: `${Math.min(depth, 6) * 14}px` }}>
          {kind !== 'step' && <em>{WORDS[kind]}</em>}
          {text}
          {kind === 'step' && place !== '' && <span class="where">{place}</span>}
        </span>
        {kind === 'step' ? (
          <span class="took">{durationMs > 0 ? duration(durationMs) : ''}</span>
        ) : (
          <span class="took place">{place}</span>
        )}
      </button>
    </li>
  );
}

/** Scrolls only the list, never the page. */
function showCurrent(list: HTMLElement | null, current: number): void {
  const item = list?.children[current];
  if (!list || !(item instanceof HTMLElement)) return;
  const top = item.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight)
    list.scrollTop = top - list.clientHeight / 2;
}
