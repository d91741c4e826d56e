/** What a run tells a server of its tests: what is taken, what is refused, and whose clock counts. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { decodeTestNotes, encodeTestNotes, MAX_NOTES } from '../../../src/contract/test-notes';

const NOW_MS = 1_800_000_000_000;
const STEP = {
  step: 'Click',
  id: 's1',
  at_ms: NOW_MS,
  duration_ms: null,
  place: 'shop.spec.ts:12',
  has_failed: false,
};

beforeEach(() => void vi.useFakeTimers({ now: NOW_MS }));
afterEach(() => void vi.useRealTimers());

test('a test, its steps and its end come through as they were told', () => {
  const notes = [
    { title: 'buys a lamp', at: NOW_MS - 20, worker: 3, run: { id: 'r1', name: 'shop #41' } },
    {
      step: 'Click',
      id: 's1',
      at: NOW_MS - 10,
      duration: 5,
      place: 'shop.spec.ts:12',
      hasFailed: true,
    },
    { outcome: 'failed', at: NOW_MS },
  ] as const;
  expect(decodeTestNotes(encodeTestNotes({ notes }))).toEqual({ notes });
});

test('times are brought to the clock of whoever reads them', () => {
  const body = { now_ms: NOW_MS + 60_000.4, notes: [{ title: 'a', at_ms: NOW_MS + 59_000 }] };
  expect(decodeTestNotes(body).notes).toEqual([{ title: 'a', at: NOW_MS - 1_000 }]);
});

test('what a later version tells is left out, and a run needs no name', () => {
  const note = { title: 'a', run: { id: 'r1', shard: 2 }, browser: 'chromium' };
  const { notes } = decodeTestNotes({ now_ms: NOW_MS, notes: [note] });
  expect(notes).toEqual([{ title: 'a', run: { id: 'r1' } }]);
});

test('what has no time keeps none', () => {
  const body = { now_ms: NOW_MS, notes: [{ outcome: 'skipped' }] };
  expect(decodeTestNotes(body).notes).toEqual([{ outcome: 'skipped' }]);
});

test.each([
  ['no list', { now_ms: NOW_MS }, 'notes'],
  ['no clock', { notes: [] }, 'now_ms'],
  ['an outcome that is none', { now_ms: NOW_MS, notes: [{ outcome: 'running' }] }, 'notes'],
  ['a step without a place', { now_ms: NOW_MS, notes: [{ ...STEP, place: undefined }] }, 'notes'],
  [
    'a step whose id is too long',
    { now_ms: NOW_MS, notes: [{ ...STEP, id: 'x'.repeat(101) }] },
    'notes',
  ],
  ['a run without an id', { now_ms: NOW_MS, notes: [{ title: 'a', run: { id: '' } }] }, 'notes'],
  [
    'a run whose id is too long',
    { now_ms: NOW_MS, notes: [{ title: 'a', run: { id: 'x'.repeat(101) } }] },
    'notes',
  ],
  [
    'more than may come at once',
    { now_ms: NOW_MS, notes: Array.from({ length: MAX_NOTES + 1 }, () => STEP) },
    'notes',
  ],
])('%s is refused by name', (_, body, name) => {
  expect(() => decodeTestNotes(body)).toThrow(name);
});

test('as much as may come is taken', () => {
  const step = { ...STEP, id: 'x'.repeat(100) };
  const body = { now_ms: NOW_MS, notes: Array.from({ length: MAX_NOTES }, () => step) };
  expect(decodeTestNotes(body).notes).toHaveLength(MAX_NOTES);
});

test('what could not be sent is refused before it is', () => {
  const notes = [
    { step: 'a', id: 'x'.repeat(101), at: 1, duration: null, place: '', hasFailed: false },
  ];
  expect(() => encodeTestNotes({ notes })).toThrow('Cannot tell of tests');
});

test('texts that are too long are cut by the client, and refused by a server', () => {
  const long = 'ä'.repeat(5_000);
  const { notes } = encodeTestNotes({
    notes: [
      { title: long, run: { id: 'r1', name: long } },
      { ...decodedStep(), step: long },
    ],
  });
  expect(JSON.stringify(notes).length).toBeLessThan(4_000);
  expect(() =>
    decodeTestNotes({ now_ms: NOW_MS, notes: [{ title: 'x'.repeat(3_900_000) }] }),
  ).toThrow(/Invalid notes/);
});

function decodedStep() {
  const [note] = decodeTestNotes({ now_ms: NOW_MS, notes: [STEP] }).notes;
  if (!note || !('step' in note)) throw new Error('the step is missing');
  return note;
}
