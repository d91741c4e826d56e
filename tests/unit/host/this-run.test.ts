/** Which run it is: an id of its own, a name that a person knows, and the wall that shows it alone. */
import { basename } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { thisRun } from '../../../src/host/this-run';
import { wallOfRun } from '../../../src/host/sources';

afterEach(() => vi.unstubAllEnvs());

test('it is called as its folder, and in CI by its build too; no two have one id', () => {
  const ofCi = ['GITHUB_RUN_NUMBER', 'CI_PIPELINE_IID', 'BUILD_BUILDNUMBER', 'BUILD_NUMBER'];
  for (const name of ofCi) vi.stubEnv(name, '');
  const folder = basename(process.cwd());
  expect(thisRun()).toMatchObject({ name: folder });
  vi.stubEnv('GITHUB_RUN_NUMBER', '41');
  expect(thisRun()).toMatchObject({ name: `${folder} #41` });
  expect(thisRun().id).not.toBe(thisRun().id);
});

test.each([
  ['http://sessions.test/', 'http://sessions.test/?run=r+1'],
  ['http://sessions.test/below/#ticket=t', 'http://sessions.test/below/?run=r+1#ticket=t'],
])('the wall %s', (url, expected) => {
  expect(wallOfRun(url, { id: 'r 1' })).toBe(expected);
});
