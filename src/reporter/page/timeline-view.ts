/** The part of a large run that the timeline draws: what is near the visible part. Blocks that are too narrow to tell apart become one. */
import { useState } from 'preact/hooks';
import type { LanePart, Row } from './lane-parts';
import type { Attempt, Run } from './model';

/** Blocks drawn at most, in all lanes; a run with fewer is drawn completely. Browsers take 0.1 ms for each. */
const MAX_BLOCKS = 3_000;
/** Width of the narrowest block that can be seen and clicked, in pixels. */
const MIN_BLOCK = 2;

/** The drawn time range. Blocks that begin within `groupMs` become one; with 0 none do. */
export interface View {
  fromMs: number;
  toMs: number;
  groupMs: number;
}

/** A block for one or more attempts. It shows the first failed one. */
export interface BlockData {
  attempt: Attempt;
  atMs: number;
  endMs: number;
  /** The number of its attempts. */
  count: number;
}

/** The view, and the listener for scroll events of the timeline. */
export function useView(
  run: Run,
  rows: readonly Row[],
  zoom: number,
): [view: View, onScroll: (event: { currentTarget: HTMLElement }) => void] {
  const [scrolled, setScrolled] = useState(0); // as a part of the whole, in steps of a screen, so that few changes are drawn
  const onScroll = ({ currentTarget: box }: { currentTarget: HTMLElement }): void =>
    setScrolled((Math.floor(box.scrollLeft / box.clientWidth) * box.clientWidth) / box.scrollWidth);
  const all = rows.reduce((sum, { attempts }) => sum + attempts.length, 0);
  const totalMs = run.data.durationMs || 1;
  if (all <= MAX_BLOCKS) return [{ fromMs: 0, toMs: totalMs, groupMs: 0 }, onScroll];
  const screenMs = totalMs / zoom;
  const drawnPx = Math.min(3, zoom) * innerWidth; // one more screen on each side, for scrolling
  const blockPx = Math.max(MIN_BLOCK, (rows.length * drawnPx) / MAX_BLOCKS);
  const view = {
    fromMs: scrolled * totalMs - screenMs,
    toMs: scrolled * totalMs + 2.5 * screenMs, // the names of the lanes take a part of the first screen
    groupMs: (blockPx / innerWidth) * screenMs,
  };
  return [view, onScroll];
}

/** The blocks of a lane. The selected attempt always has its own. */
export function blocksIn(
  attempts: readonly Attempt[],
  { fromMs, toMs, groupMs }: View,
  chosen?: Attempt,
): BlockData[] {
  const blocks: BlockData[] = [];
  for (const attempt of attempts) {
    const { atMs, durationMs } = attempt.data;
    const endMs = atMs + durationMs;
    const isAlone = groupMs === 0 || attempt === chosen;
    if (!isAlone && (endMs < fromMs || atMs > toMs)) continue;
    const last = blocks.at(-1);
    if (!isAlone && last && last.attempt !== chosen && atMs < last.atMs + groupMs)
      join(last, attempt, endMs);
    else blocks.push({ attempt, atMs, endMs, count: 1 });
  }
  return blocks;
}

function join(block: BlockData, attempt: Attempt, endMs: number): void {
  block.endMs = Math.max(block.endMs, endMs);
  block.count++;
  if (attempt.hasFailed && !block.attempt.hasFailed) block.attempt = attempt;
}

/** The other parts of a lane. Parts of one kind that begin within `groupMs` become one. */
export function partsIn(parts: readonly LanePart[], { fromMs, toMs, groupMs }: View): LanePart[] {
  if (groupMs === 0) return [...parts];
  const shown: LanePart[] = [];
  const lastOf = new Map<LanePart['kind'], LanePart>();
  for (const part of parts) {
    const endMs = part.atMs + part.durationMs;
    if (endMs < fromMs || part.atMs > toMs) continue;
    const last = lastOf.get(part.kind);
    if (last && part.atMs < last.atMs + groupMs) {
      if (last.durationMs > 0) last.durationMs = Math.max(last.durationMs, endMs - last.atMs);
      continue;
    }
    const copy = { ...part };
    lastOf.set(part.kind, copy);
    shown.push(copy);
  }
  return shown;
}
