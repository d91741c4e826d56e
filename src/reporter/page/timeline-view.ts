/** What the timeline draws of a large run: only what is near the part in sight, and one block for those that are too narrow to tell apart. */
import { useState } from 'preact/hooks';
import type { LanePart, Row } from './lane-parts';
import type { Attempt, Run } from './model';

/** Blocks drawn at most, of all lanes together; a run with fewer is drawn as a whole. Browsers take 0.1 ms for each. */
const MAX_BLOCKS = 3_000;
/** Width of the narrowest block in pixels that can be seen and hit. */
const MIN_BLOCK = 2;

/** The stretch of time that is drawn. Blocks that begin within `groupMs` become one; 0 draws each by itself. */
export interface View {
  fromMs: number;
  toMs: number;
  groupMs: number;
}

/** One block. It stands for several attempts where those are too narrow, and shows the first one that failed. */
export interface BlockData {
  attempt: Attempt;
  atMs: number;
  endMs: number;
  /** How many attempts it stands for. */
  count: number;
}

/** The view, and what to call when the timeline is scrolled. */
export function useView(
  run: Run,
  rows: readonly Row[],
  zoom: number,
): [view: View, onScroll: (event: { currentTarget: HTMLElement }) => void] {
  const [scrolled, setScrolled] = useState(0); // as a part of the whole, in steps of a screen: fewer changes, less to draw
  const onScroll = ({ currentTarget: box }: { currentTarget: HTMLElement }): void =>
    setScrolled((Math.floor(box.scrollLeft / box.clientWidth) * box.clientWidth) / box.scrollWidth);
  const all = rows.reduce((sum, { attempts }) => sum + attempts.length, 0);
  const totalMs = run.data.durationMs || 1;
  if (all <= MAX_BLOCKS) return [{ fromMs: 0, toMs: totalMs, groupMs: 0 }, onScroll];
  const screenMs = totalMs / zoom;
  const drawnPx = Math.min(3, zoom) * innerWidth; // a screen more on each side, for those who scroll
  const blockPx = Math.max(MIN_BLOCK, (rows.length * drawnPx) / MAX_BLOCKS);
  const view = {
    fromMs: scrolled * totalMs - screenMs,
    toMs: scrolled * totalMs + 2.5 * screenMs, // the names beside the lanes take a part of the first screen
    groupMs: (blockPx / innerWidth) * screenMs,
  };
  return [view, onScroll];
}

/** The blocks of a lane. The chosen attempt always has one of its own. */
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

/** The other parts of a lane. Of those of one kind that begin within `groupMs`, the first one grows. */
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
