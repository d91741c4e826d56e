/** The environment is read anew each time, empty counts as not set, and children get no more of it than they need. */
import { afterEach, expect, test, vi } from 'vitest';
import { browserEnvironment, environment, hostEnvironment } from '../../../src/options/environment';

afterEach(() => vi.unstubAllEnvs());

test('values are read anew, and empty ones count as not set', () => {
  vi.stubEnv('NOTTE_API_KEY', 'one');
  expect(environment.apiKey).toBe('one');
  vi.stubEnv('NOTTE_API_KEY', '');
  expect(environment.apiKey).toBeUndefined();
});

test.each([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['false', false],
  ['0', false],
  ['', false],
])('CI=%s', (value, isCI) => {
  vi.stubEnv('CI', value);
  expect(environment.isCI).toBe(isCI);
});

test('the host gets the key, and neither a debugger nor a worker of its starter; a browser gets no key either', () => {
  for (const name of ['NOTTE_API_KEY', 'NODE_OPTIONS', 'TEST_WORKER_INDEX', 'LANG'])
    vi.stubEnv(name, 'x');
  expect(hostEnvironment()).toMatchObject({ NOTTE_API_KEY: 'x', LANG: 'x' });
  expect(hostEnvironment()).not.toHaveProperty('NODE_OPTIONS');
  expect(hostEnvironment()).not.toHaveProperty('TEST_WORKER_INDEX');
  expect(browserEnvironment()).toMatchObject({ LANG: 'x' });
  expect(browserEnvironment()).not.toHaveProperty('NOTTE_API_KEY');
});

test.runIf(process.platform === 'linux')(
  'data of this user goes where the system says, else below the home folder',
  () => {
    vi.stubEnv('XDG_DATA_HOME', '/data');
    expect(environment.dataHome).toBe('/data');
    vi.stubEnv('XDG_DATA_HOME', '');
    vi.stubEnv('HOME', '/home/ada');
    expect(environment.dataHome).toBe('/home/ada/.local/share');
  },
);
