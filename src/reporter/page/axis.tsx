/** The axis of the timeline: marks at round times. */
import type { JSX } from 'preact';
import { durationText } from '../../base/texts';

/** Possible distances between marks, in milliseconds. */
const STEPS_MS = [
  10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000,
];
/** Marks on one screen, at most. */
const MARKS = 10;

/** The last mark needs this much room for its text, as a part of the distance. */
const LAST = 0.4;

export function Axis({ durationMs, zoom }: { durationMs: number; zoom: number }): JSX.Element {
  const stepMs = stepOf(durationMs / zoom);
  const marks = Array.from(
    { length: Math.floor(durationMs / stepMs - LAST) + 1 },
    (_, nth) => nth * stepMs,
  );
  return (
    <div class="axis" aria-hidden="true">
      <div class="lane-name" />
      <div class="axis-marks">
        {marks.map((ms) => (
          <span key={ms} style={{ left: `${((ms / durationMs) * 100).toFixed(4)}%` }}>
            {ms === 0 ? '0' : durationText(ms).replace(/ 0 (s|min)$/, '')}
          </span>
        ))}
      </div>
    </div>
  );
}

/** The shortest distance that does not give too many marks. */
function stepOf(shownMs: number): number {
  return STEPS_MS.find((stepMs) => shownMs / stepMs <= MARKS) ?? Math.ceil(shownMs / MARKS);
}
