/** Where tests and events are in the film of their session. */
import { expect, test } from 'vitest';
import type { ViewedEvent, ViewedStory, ViewedTest } from '../../../src/contract/viewer';
import { chapterAt, filmOf, momentAt } from '../../../src/viewer/replay/film';

const START = 1_000_000;
const replay = { state: 'ready' as const, path: '/film', startMs: START, durationMs: 10_000 };

function film(tests: ViewedTest[], events: ViewedEvent[] = []) {
  const story: ViewedStory = {
    session: {
      id: 'id',
      status: 'closed',
      reason: null,
      createdMs: START - 500,
      endedMs: START + 10_000,
      tests,
      testCount: tests.length,
    },
    events,
    replay,
  };
  return filmOf(story, replay);
}

function testAt(fromMs: number, toMs: number | null): ViewedTest {
  const endMs = toMs === null ? null : START + toMs;
  return { title: `at ${fromMs}`, startMs: START + fromMs, endMs, outcome: 'passed' };
}

function eventAt(atMs: number | null): ViewedEvent {
  return {
    kind: 'step',
    atMs: atMs === null ? null : START + atMs,
    level: 'info',
    title: 'Click',
    detail: '',
  };
}

test('a test is a chapter, as far as it is in the film', () => {
  const { chapters } = film([testAt(-400, 2_000), testAt(2_500, 4_000), testAt(9_000, null)]);
  expect(chapters.map(({ from, to }) => [from, to])).toEqual([
    [0, 2],
    [2.5, 4],
    [9, 10],
  ]);
});

test('a test after the last picture is no chapter', () => {
  expect(film([testAt(11_000, 12_000)]).chapters).toEqual([]);
});

test('a second belongs to the last chapter that has begun', () => {
  const { chapters } = film([testAt(1_000, 2_000), testAt(3_000, 4_000)]);
  const titleAt = (second: number) => chapterAt(chapters, second)?.title;
  expect([0, 1, 2.5, 2.97, 3, 9].map(titleAt)).toEqual([
    undefined,
    'at 1000',
    'at 1000',
    'at 3000',
    'at 3000',
    'at 3000',
  ]);
});

test('the last thing that has happened by a second; what nobody knows the time of never is', () => {
  const { moments } = film([], [eventAt(null), eventAt(1_000), eventAt(4_000), eventAt(99_000)]);
  expect(moments.map(({ at }) => at)).toEqual([undefined, 1, 4, 10]);
  expect([0, 1, 3.9, 4, 10].map((second) => momentAt(moments, second))).toEqual([-1, 1, 1, 2, 3]);
});
