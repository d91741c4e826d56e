/** Tests and events of a session's story as a recording. */
import { expect, test } from 'vitest';
import type { ViewedEvent, ViewedStory, ViewedTest } from '../../../src/contract/viewer';
import { chapterAt, eventAt, sectionsOf } from '../../../src/ui/recording';
import { recordingOf } from '../../../src/viewer/replay/recording';

const START = 1_000_000;
const replay = { state: 'ready' as const, path: '/replay', startMs: START, durationMs: 10_000 };

function recording(tests: ViewedTest[], events: ViewedEvent[] = []) {
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
  return recordingOf(story, replay);
}

function testAt(fromMs: number, toMs: number | null): ViewedTest {
  const endMs = toMs === null ? null : START + toMs;
  return { title: `at ${fromMs}`, startMs: START + fromMs, endMs, outcome: 'passed' };
}

function eventAtMs(atMs: number | null): ViewedEvent {
  return {
    kind: 'step',
    atMs: atMs === null ? null : START + atMs,
    level: 'info',
    title: 'Click',
    detail: '',
  };
}

test('a test is a chapter, as far as it is in the recording', () => {
  const { chapters } = recording([testAt(-400, 2_000), testAt(2_500, 4_000), testAt(9_000, null)]);
  expect(chapters.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [0, 2_000],
    [2_500, 4_000],
    [9_000, 10_000],
  ]);
});

test('a test after the last picture is no chapter', () => {
  expect(recording([testAt(11_000, 12_000)]).chapters).toEqual([]);
});

test('a moment belongs to the last chapter that has begun', () => {
  const { chapters } = recording([testAt(1_000, 2_000), testAt(3_000, 4_000)]);
  const titleAt = (atMs: number) => chapterAt(chapters, atMs)?.title;
  expect([0, 1_000, 2_500, 2_970, 3_000, 9_000].map(titleAt)).toEqual([
    undefined,
    'at 1000',
    'at 1000',
    'at 3000',
    'at 3000',
    'at 3000',
  ]);
});

test('the current event is the last one with a known time before the moment', () => {
  const { events } = recording(
    [],
    [eventAtMs(null), eventAtMs(1_000), eventAtMs(4_000), eventAtMs(99_000)],
  );
  expect(events.map(({ atMs }) => atMs)).toEqual([null, 1_000, 4_000, 10_000]);
  const current = [0, 1_000, 3_900, 4_000, 10_000].map((atMs) => eventAt(events, atMs)?.atMs);
  expect(current).toEqual([undefined, 1_000, 1_000, 4_000, 10_000]);
});

test('events are listed by chapter, and those before the first chapter come first', () => {
  const { chapters, events } = recording(
    [testAt(1_000, 2_000), testAt(3_000, 4_000)],
    [eventAtMs(500), eventAtMs(1_500), eventAtMs(3_500)],
  );
  const sections = sectionsOf(chapters, events);
  expect(sections.map(({ chapter, events: own }) => [chapter?.title, own[0]?.atMs])).toEqual([
    [undefined, 500],
    ['at 1000', 1_500],
    ['at 3000', 3_500],
  ]);
  expect(sectionsOf(chapters, []).map(({ chapter }) => chapter?.title)).toEqual([
    'at 1000',
    'at 3000',
  ]);
});
