/** A line that changes in place leaves the screen to others as they would have it without. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fitted, StatusLine, type Terminal } from '../../../src/reporter/status-line';
import { Screen } from './screen';

let screen: Screen;
let stdout: Terminal;
let stderr: Terminal;
let line: StatusLine;

function terminal(shown: Screen): Terminal {
  return {
    isTTY: true,
    columns: 60,
    write: (chunk) => {
      shown.write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return true;
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  screen = new Screen();
  stdout = terminal(screen);
  stderr = terminal(screen);
  line = new StatusLine([stdout, stderr]);
});
afterEach(() => {
  line.close();
  vi.useRealTimers();
});

/** What Playwright's reporters write: each part at one go. */
const WRITERS = {
  'line reporter': [
    '\nRunning 2 tests\n\n',
    '\u001b[1A\u001b[2K[1/2] a\n',
    '\u001b[1A\u001b[2K[2/2] b\n',
    '\u001b[1A\u001b[2K',
    '  2 passed\n',
  ],
  'list reporter': [
    'Running 2 tests\n',
    '  1 a',
    '\n',
    '  2 b',
    '\n',
    '\u001b[2A',
    '\u001b[2K\u001b[0G',
    '  ok 1 a (3s)',
    '\u001b[2E',
    'a log of a test\n',
    '\u001b[2A',
    '\u001b[2K\u001b[0G',
    '  ok 2 b',
    '\u001b[2E',
  ],
  'dot reporter': [
    'Running 2 tests\n',
    '\u001b[32m·\u001b[39m',
    '\u001b[32m·\u001b[39m',
    '\n',
    '2 passed\n',
  ],
};

test.each(Object.entries(WRITERS))('beside the %s', (_, chunks) => {
  const alone = new Screen();
  chunks.forEach((chunk, n) => {
    line.show(`${n} workers wait`);
    (n % 2 === 0 ? stdout : stderr).write(chunk);
    alone.write(chunk);
    vi.advanceTimersByTime(1_000); // it is back, where it may be
    line.show(`still ${n}`);
  });
  line.close();
  expect(screen.lines).toEqual(alone.lines);
});

test('changes in place, comes back after others have written, and goes', () => {
  stdout.write('one\n');
  line.show('1 worker waits, 2 s');
  line.show('1 worker waits, 3 s');
  expect(screen.lines).toEqual(['one', '1 worker waits, 3 s']);
  stderr.write('two\n');
  expect(screen.lines).toEqual(['one', 'two']);
  vi.advanceTimersByTime(1_000);
  expect(screen.lines).toEqual(['one', 'two', '1 worker waits, 3 s']);
  line.show('');
  vi.advanceTimersByTime(1_000);
  expect(screen.lines).toEqual(['one', 'two']);
});

test('waits for the end of a line that somebody else has begun', () => {
  stdout.write('a question: ');
  line.show('1 worker waits');
  expect(screen.lines).toEqual(['a question:']);
  stdout.write(new TextEncoder().encode('yes\n'));
  vi.advanceTimersByTime(1_000);
  expect(screen.lines).toEqual(['a question: yes', '1 worker waits']);
});

test('gives the terminal back as it was, unless somebody has put theirs on top', () => {
  const [own, other] = [terminal(screen), terminal(screen)];
  const { write } = own;
  const second = new StatusLine([own, other]);
  expect(own.write).not.toBe(write);
  const theirs = (): boolean => true;
  other.write = theirs;
  second.close();
  second.close();
  expect(own.write).toBe(write);
  expect(other.write).toBe(theirs);
});

test('is cut before it would break, and shows nothing where the width is not known', () => {
  expect(fitted('abcdef', 4)).toBe('abcd');
  expect(fitted('日本語', 4)).toBe('日本');
  expect(fitted('abc', -1)).toBe('');
});
