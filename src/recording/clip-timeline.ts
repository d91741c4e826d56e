/** Plans a clip: which picture is shown from when to when. Pure. */
import type { Size } from '../contract/limits';
import type { FrameRef } from './frame-store';

/** How long the clip of a test shows its last picture, in milliseconds: as Playwright's own videos do, so that a short test can be seen. */
export const CLIP_HOLD_MS = 1_000;
/** A clip lasts, and shows its last picture, at least so long, in milliseconds: one frame at 25 a second. */
const MIN_SHOWN_MS = 40;
/** Size of a clip without any picture, in pixels: Playwright's default viewport, scaled as its pages are. */
const BLANK_SIZE = { width: 800, height: 450 };

/** One picture of a clip. Times are in milliseconds from the clip's start. */
export interface Shot {
  /** Undefined: nothing was on screen. */
  frame: FrameRef | undefined;
  startMs: number;
  durationMs: number;
}

/**
 * The shots of a clip, end to end, from 0 to `toMs - fromMs` exactly, and what the last one is held. The first picture also stands for the time before it, and a
 * picture that comes at the very end is shown for a moment.
 * @param frames - as {@link FrameStore.select} gives them
 * @param span.holdMs - how much longer the last picture stays, in milliseconds. Default: 0
 */
export function planShots(
  frames: readonly FrameRef[],
  { fromMs, toMs, holdMs = 0 }: { fromMs: number; toMs: number; holdMs?: number | undefined },
): Shot[] {
  const lengthMs = Math.max(MIN_SHOWN_MS, toMs - fromMs);
  const shots: Shot[] = [];
  for (const frame of frames) {
    const startMs = shots.length === 0 ? 0 : Math.min(frame.atMs - fromMs, lengthMs - MIN_SHOWN_MS);
    const before = shots.at(-1);
    if (before && startMs <= before.startMs)
      before.frame = frame; // of pictures at one moment, the last one counts
    else shots.push({ frame, startMs, durationMs: 0 });
  }
  if (shots.length === 0) shots.push({ frame: undefined, startMs: 0, durationMs: 0 });
  return shots.map((shot, n) => ({
    ...shot,
    durationMs: (shots[n + 1]?.startMs ?? lengthMs + holdMs) - shot.startMs,
  }));
}

/** The size of a clip: the one that is on screen longest (a page is blank and of another size at first), made even as codecs want it. */
export function pictureSize(shots: readonly Shot[], wanted?: Size): Size {
  const { width, height } = wanted ?? longestShown(shots) ?? BLANK_SIZE;
  return { width: even(width), height: even(height) };
}

function longestShown(shots: readonly Shot[]): Size | undefined {
  const shown = new Map<string, { size: Size; ms: number }>();
  for (const { frame, durationMs } of shots) {
    if (!frame) continue;
    const key = `${frame.width}x${frame.height}`;
    shown.set(key, { size: frame, ms: (shown.get(key)?.ms ?? 0) + durationMs });
  }
  return [...shown.values()].sort((a, b) => b.ms - a.ms)[0]?.size;
}

function even(length: number): number {
  return Math.max(2, Math.floor(length / 2) * 2);
}
