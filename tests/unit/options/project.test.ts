/** What a project says of its sessions, and what stands below it. */
import { expect, test } from 'vitest';
import { onTop, projectOptions, SUITE_OPTIONS } from '../../../src/options/project';

const suite = { apiUrl: 'http://a', maxSessions: 2 };

test.each([
  [{}, {}],
  [{ [SUITE_OPTIONS]: suite }, suite],
  [{ sessionOptions: { maxSessions: 3 } }, { maxSessions: 3 }],
  [
    { [SUITE_OPTIONS]: suite, sessionOptions: { maxSessions: 3, headless: false } },
    { apiUrl: 'http://a', maxSessions: 3, headless: false },
  ],
])('a project with %j', (use, options) => {
  expect(projectOptions(use)).toEqual(options);
});

test('what is no object is not put together with anything: it is refused by its name later', () => {
  expect(onTop(suite, 'cloud' as never)).toBe('cloud');
});

test('it has a name that no option of Playwright has, and stands in every report of a configuration', () => {
  expect(SUITE_OPTIONS).toBe('_suiteSessionOptions');
});
