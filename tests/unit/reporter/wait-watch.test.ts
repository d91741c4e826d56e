import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WaitWatch, waitText } from '../../../src/reporter/wait-watch';

const WAITS = { workers: 1, forMs: 7_400 };

function begin(isTTY: [boolean, boolean], reporters = ['list']): WaitWatch | undefined {
  const [stdout, stderr] = isTTY.map((it) => ({ isTTY: it, columns: 80, write: () => true }));
  if (!stdout || !stderr) throw new Error('two of them');
  const watch = WaitWatch.begin(reporters, { stdout, stderr });
  watch?.close();
  return watch;
}

beforeEach(() => {
  vi.stubEnv('CI', '');
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => vi.unstubAllEnvs());

test('a line changes in place only where both streams are the terminal, and a person looks', () => {
  expect(begin([true, true])).toBeDefined();
  expect(begin([true, false])).toBeUndefined();
  expect(begin([false, true])).toBeUndefined();
  expect(begin([true, true], ['html', 'dot'])).toBeUndefined();
  vi.stubEnv('TERM', 'dumb');
  expect(begin([true, true])).toBeUndefined();
  vi.stubEnv('TERM', 'xterm');
  vi.stubEnv('CI', '1');
  expect(begin([true, true])).toBeUndefined();
});

test('who waits, for how long, and why', () => {
  expect(waitText(WAITS)).toBe('1 worker waits for a session, 7 s: it is starting');
  expect(waitText({ ...WAITS, workers: 3, inUse: '1 of 1 in use by worker 0 ("a")' })).toBe(
    '3 workers wait for a session, 7 s: 1 of 1 in use by worker 0 ("a")',
  );
  expect(waitText({ ...WAITS, startsWaitFor: 'the Grid is full', inUse: 'x' })).toBe(
    '1 worker waits for a session, 7 s: the Grid is full',
  );
});
