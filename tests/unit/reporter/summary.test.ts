import { expect, test } from 'vitest';
import type { RunSummary } from '../../../src/host/protocol';
import { summaryLines } from '../../../src/reporter/summary';

type Totals = Parameters<typeof summaryLines>[1];

function linesOf(told: RunSummary | undefined, totals?: Totals): string[] {
  return summaryLines(told, totals).map(({ text }) => text);
}

const summary: RunSummary = {
  sessions: 2,
  failedStarts: 0,
  tests: 40,
  attempts: 40,
  clips: 3,
  clipsInSessions: 0,
  browserMs: 12_345,
  problems: [],
  leftRunning: [],
  kept: [],
  lives: [],
};

test('counts, time and what is left', () => {
  expect(linesOf(summary)).toEqual([
    '2 sessions, 40 tests, 3 clips, 12.3 s of browser time; left running: nothing',
  ]);
  expect(linesOf({ ...summary, attempts: 43 })[0]).toContain(', 40 tests (43 attempts), ');
  expect(
    linesOf({ ...summary, sessions: 1, tests: 1, attempts: 1, clips: 1, browserMs: 125_000 }),
  ).toEqual(['1 session, 1 test, 1 clip, 2 min 5 s of browser time; left running: nothing']);
});

test.each([
  [59_940, '59.9 s'],
  [59_960, '1 min 0 s'],
  [119_600, '2 min 0 s'],
  [3_600_000, '1 h 0 min'],
])('%i ms are told as %s', (browserMs, text) => {
  expect(linesOf({ ...summary, browserMs })[0]).toContain(`, ${text} of browser time`);
});

test('what could not be stopped is named, and problems come first', () => {
  const lines = linesOf({
    ...summary,
    leftRunning: ['id-1'],
    problems: [
      { what: 'No clip a.mp4', reason: 'disk full' },
      { what: 'No clip b.mp4', reason: 'disk full' },
    ],
  });
  expect(lines[0]).toBe('No clip a.mp4 (and 1 more): disk full');
  expect(lines[1]).toContain('left running: id-1');
});

test('a run without sessions or without a host', () => {
  expect(linesOf({ ...summary, sessions: 0 })).toEqual(['no test asked for a session']);
  expect(
    linesOf({
      ...summary,
      sessions: 0,
      failedStarts: 2,
      problems: [{ what: 'A session may be left', reason: 'no answer' }],
    }),
  ).toEqual(['A session may be left: no answer', 'no session could be started']);
  expect(linesOf(undefined)).toEqual([]);
});

test('waiting is told when it was long, and what is billed', () => {
  const wait = (waitingMs: number): string[] => linesOf(summary, { waitingMs });
  expect(wait(9_999)).toEqual(linesOf(summary));
  expect(wait(83_000)[0]).toContain('3 clips, 1 min 23 s of waiting, 12.3 s of browser time');
  expect(linesOf(summary, { waitingMs: 0, billedMinutes: 3 })[0]).toContain(', 3 min billed; left');
});

test('what asks for somebody stands out', () => {
  expect(summaryLines({ ...summary, leftRunning: ['id-1'] })).toMatchObject([{ look: 'red' }]);
  expect(summaryLines(summary)).toEqual([{ text: expect.any(String) as string }]);
});
