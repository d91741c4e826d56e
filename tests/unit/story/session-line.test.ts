import { expect, test } from 'vitest';
import { lineAfterRun, sessionLine } from '../../../src/story/session-line';

const PAGE = 'https://ci.example/report/index.html#test=0&attempt=1';
const VIEWER = 'http://127.0.0.1:1/sessions/s1/viewer';

test.each([
  ['a session alone', sessionLine('s1', undefined), 's1'],
  ['one that can be seen later', sessionLine('s1', VIEWER), `s1 ${VIEWER}`],
  ['one whose server ends with the run', sessionLine('s1', VIEWER, true), 's1'],
])(
  '%s: after the run there is no dead link, and the page where its address is known',
  (_, line, after) => {
    expect(line).toMatch(/^s1( |$)/);
    expect(lineAfterRun(line, undefined)).toBe(after);
    expect(lineAfterRun(line, PAGE)).toBe(`s1 ${PAGE}`);
  },
);

test('while the run lasts a link says so', () => {
  expect(sessionLine('s1', VIEWER, true)).toBe(`s1 ${VIEWER} (while the run lasts)`);
  expect(sessionLine('s1', undefined, true)).toBe('s1');
});
