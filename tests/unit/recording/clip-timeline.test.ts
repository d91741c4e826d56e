/** Which picture a clip shows from when to when. */
import { describe, expect, it } from 'vitest';
import { pictureSize, planShots } from '../../../src/recording/clip-timeline';
import type { FrameRef } from '../../../src/recording/frame-store';

describe('planShots', () => {
  it('shows each picture until the next, and the last one to the end', () => {
    expect(spans([1000, 1200, 1500], 1000, 2000)).toEqual([
      '1000: 0-200',
      '1200: 200-500',
      '1500: 500-1000',
    ]);
  });

  it('begins with what was on screen, or with the first picture', () => {
    expect(spans([100, 1200], 1000, 2000)).toEqual(['100: 0-200', '1200: 200-1000']);
    expect(spans([1300, 1500], 1000, 2000)).toEqual(['1300: 0-500', '1500: 500-1000']);
  });

  it('shows a picture of the last moment for one frame', () => {
    expect(spans([1000, 1995], 1000, 2000)).toEqual(['1000: 0-960', '1995: 960-1000']);
    expect(spans([1000, 1970, 1990, 2000], 1000, 2000)).toEqual(['1000: 0-960', '2000: 960-1000']);
  });

  it('holds the last picture longer where that is asked for', () => {
    const shots = planShots([frame(1000, 800, 450), frame(1500, 800, 450)], {
      fromMs: 1000,
      toMs: 2000,
      holdMs: 1000,
    });
    expect(shots.map(({ startMs, durationMs }) => [startMs, durationMs])).toEqual([
      [0, 500],
      [500, 1500],
    ]);
  });

  it('takes the last of several pictures of one moment', () => {
    expect(spans([900, 1000, 1300, 1300], 1000, 2000)).toEqual(['1000: 0-300', '1300: 300-1000']);
  });

  it('is blank without pictures, and never without length', () => {
    expect(spans([], 1000, 2000)).toEqual(['blank: 0-1000']);
    expect(spans([1000], 1000, 1000)).toEqual(['1000: 0-40']);
    expect(spans([], 1000, 500)).toEqual(['blank: 0-40']);
  });
});

describe('pictureSize', () => {
  it('is the size that is on screen longest, made even', () => {
    const shots = planShots([frame(0, 800, 451), frame(100, 375, 667), frame(900, 800, 451)], {
      fromMs: 0,
      toMs: 1000,
    });
    expect(pictureSize(shots)).toEqual({ width: 374, height: 666 });
    expect(pictureSize(shots, { width: 641, height: 1 })).toEqual({ width: 640, height: 2 });
  });

  it('has a default for a clip without pictures', () => {
    expect(pictureSize(planShots([], { fromMs: 0, toMs: 10 }))).toEqual({
      width: 800,
      height: 450,
    });
  });
});

function frame(atMs: number, width = 8, height = 4): FrameRef {
  return { atMs, width, height, offset: 0, byteLength: 1, segment: 1 };
}

function spans(atMs: number[], fromMs: number, toMs: number): string[] {
  const shots = planShots(
    atMs.map((moment) => frame(moment)),
    { fromMs, toMs },
  );
  return shots.map(
    ({ frame: shown, startMs, durationMs }) =>
      `${shown?.atMs ?? 'blank'}: ${startMs}-${startMs + durationMs}`,
  );
}
