/** The environment is read anew each time, empty counts as not set, and children get no more of it than they need. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  browserEnvironment,
  environment,
  hostEnvironment,
  playwrightEnvironment,
  withoutInspector,
} from '../../../src/options/environment';

afterEach(() => vi.unstubAllEnvs());

test('values are read anew, and empty ones count as not set', () => {
  vi.stubEnv('NOTTE_API_KEY', 'one');
  expect(environment.apiKey).toBe('one');
  vi.stubEnv('NOTTE_API_KEY', '');
  expect(environment.apiKey).toBeUndefined();
});

const OWN_URL = { SESSIONWRIGHT_API_URL: 'http://own' };
const OWN_KEY = { SESSIONWRIGHT_API_KEY: 'own' };
const CLOUD_URL = { NOTTE_API_URL: 'http://cloud' };
const CLOUD_KEY = { NOTTE_API_KEY: 'cloud' };

test.each<[env: Record<string, string>, api: (string | undefined)[], notice: string | undefined]>([
  [{}, [undefined, undefined], undefined],
  [{ ...CLOUD_URL, ...CLOUD_KEY }, ['http://cloud', 'cloud'], undefined],
  [{ ...OWN_URL, ...OWN_KEY }, ['http://own', 'own'], undefined],
  [
    { ...OWN_URL, ...OWN_KEY, ...CLOUD_URL, ...CLOUD_KEY },
    ['http://own', 'own'],
    'SESSIONWRIGHT_API_URL and SESSIONWRIGHT_API_KEY are used, NOTTE_API_URL and NOTTE_API_KEY ignored.',
  ],
  // the cloud's key is never sent to another server
  [
    { ...OWN_URL, ...CLOUD_KEY },
    ['http://own', undefined],
    'SESSIONWRIGHT_API_URL is used, NOTTE_API_KEY ignored.',
  ],
  [{ ...OWN_KEY, ...CLOUD_URL }, ['http://cloud', 'own'], undefined],
  [
    { ...OWN_KEY, ...CLOUD_KEY },
    [undefined, 'own'],
    'SESSIONWRIGHT_API_KEY is used, NOTTE_API_KEY ignored.',
  ],
])('the session API of %o', (env, [apiUrl, apiKey], notice) => {
  const names = [OWN_URL, OWN_KEY, CLOUD_URL, CLOUD_KEY].flatMap((it) => Object.keys(it));
  for (const name of names) vi.stubEnv(name, env[name] ?? '');
  expect(environment.apiUrl).toBe(apiUrl);
  expect(environment.apiKey).toBe(apiKey);
  expect(environment.apiNotice).toBe(notice);
});

test.each([
  [{}, undefined],
  [{ FORCE_COLOR: '1' }, true],
  [{ FORCE_COLOR: '0' }, false],
  [{ NO_COLOR: '1' }, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
])('colours with %o: %s', (env, wants) => {
  vi.stubEnv('FORCE_COLOR', '');
  vi.stubEnv('NO_COLOR', '');
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  expect(environment.wantsColors).toBe(wants);
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

test.each([
  ['1', true],
  ['console', true],
  ['false', false],
  ['0', false],
  ['', false],
])('PWDEBUG=%s', (value, isDebug) => {
  vi.stubEnv('PWDEBUG', value);
  expect(environment.isDebug).toBe(isDebug);
});

test.each([
  ['NOTTE_API_URL', 'apiUrl', undefined],
  ['SESSIONWRIGHT_EXECUTABLE_PATH', 'executablePath', undefined],
  ['SELENIUM_REMOTE_URL', 'gridUrl', undefined],
  ['SELENIUM_REMOTE_CAPABILITIES', 'gridCapabilities', undefined],
  ['SELENIUM_REMOTE_HEADERS', 'gridHeaders', undefined],
  ['SESSIONWRIGHT_CDP_URL', 'cdpUrl', undefined],
  ['SESSIONWRIGHT_CDP_HEADERS', 'cdpHeaders', undefined],
  ['PLAYWRIGHT_BROWSERS_PATH', 'playwrightBrowsersPath', undefined],
  ['XDG_CACHE_HOME', 'cacheHome', undefined],
  ['PATH', 'path', ''],
] as const)('%s', (variable, name, ifNone) => {
  vi.stubEnv(variable, '/x');
  expect(environment[name]).toBe('/x');
  vi.stubEnv(variable, '');
  expect(environment[name]).toBe(ifNone);
});

test('the number of the build, as the CI systems name it', () => {
  const names = [
    'GITHUB_RUN_NUMBER',
    'CI_PIPELINE_IID',
    'BITBUCKET_BUILD_NUMBER',
    'BUILDKITE_BUILD_NUMBER',
    'CIRCLE_BUILD_NUM',
    'BUILD_BUILDNUMBER',
    'BUILD_NUMBER',
  ];
  for (const name of names) vi.stubEnv(name, '');
  expect(environment.ciBuild).toBeUndefined();
  for (const name of names) {
    vi.stubEnv(name, '41');
    expect(environment.ciBuild).toBe('41');
    vi.stubEnv(name, '');
  }
});

test('a display is that of X11 or of Wayland', () => {
  for (const [x11, wayland, has] of [
    ['', '', false],
    [':0', '', true],
    ['', 'wayland-0', true],
  ] as const) {
    vi.stubEnv('DISPLAY', x11);
    vi.stubEnv('WAYLAND_DISPLAY', wayland);
    expect(environment.hasDisplay).toBe(has);
  }
});

test('the folders of Windows programs, those that there are', () => {
  for (const name of ['LOCALAPPDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)']) vi.stubEnv(name, '');
  expect(environment.programFolders).toEqual([]);
  vi.stubEnv('LOCALAPPDATA', 'a');
  vi.stubEnv('PROGRAMFILES(X86)', 'c');
  expect(environment.programFolders).toEqual(['a', 'c']);
  vi.stubEnv('PROGRAMFILES', 'b');
  expect(environment.programFolders).toEqual(['a', 'b', 'c']);
});

test('the host gets the key, and neither a debugger nor a worker of its starter; a browser gets no key either', () => {
  const own = [
    'NODE_OPTIONS',
    'NODE_INSPECT_RESUME_ON_START',
    'TEST_WORKER_INDEX',
    'TEST_PARALLEL_INDEX',
  ];
  for (const name of ['NOTTE_API_KEY', 'LANG', ...own]) vi.stubEnv(name, 'x');
  expect(hostEnvironment()).toMatchObject({ NOTTE_API_KEY: 'x', LANG: 'x' });
  for (const name of own) {
    expect(hostEnvironment()).not.toHaveProperty(name);
    expect(browserEnvironment()).not.toHaveProperty(name);
  }
  expect(browserEnvironment()).toMatchObject({ LANG: 'x' });
  expect(browserEnvironment()).not.toHaveProperty('NOTTE_API_KEY');
});

test.each([
  ['--require ./hook.cjs --use-openssl-ca --inspect-brk=0', '--use-openssl-ca'],
  [
    '--dns-result-order ipv4first --import tsx --use-system-ca --max-old-space-size=100',
    '--dns-result-order ipv4first --use-system-ca',
  ],
  [
    '--tls-min-v1.3 --no-network-family-autoselection',
    '--tls-min-v1.3 --no-network-family-autoselection',
  ],
  ['--import tsx', undefined],
])('of NODE_OPTIONS %j the host gets what is about the network', (given, expected) => {
  vi.stubEnv('NODE_OPTIONS', given);
  expect(hostEnvironment()['NODE_OPTIONS']).toBe(expected);
  expect(browserEnvironment()).not.toHaveProperty('NODE_OPTIONS');
});

test.each([
  [
    '--require ./hook.cjs --require /app/.pnp.cjs --experimental-loader file:///app/.pnp.loader.mjs --use-system-ca',
    '--require /app/.pnp.cjs --experimental-loader file:///app/.pnp.loader.mjs',
  ],
  ['--inspect -r "/my app/.pnp.cjs" -r "/my app/hook.cjs"', '-r "/my app/.pnp.cjs"'],
  ['--require=/app/.pnp.cjs --import=tsx', '--require=/app/.pnp.cjs'],
])(
  "under Yarn's Plug'n'Play, the processes of a run get what finds their packages: %j",
  (given, expected) => {
    vi.stubEnv('NODE_OPTIONS', given);
    expect(hostEnvironment()['NODE_OPTIONS'] ?? '').not.toContain('.pnp.'); // it is another program's
    process.versions['pnp'] = '3';
    onTestFinished(() => {
      delete process.versions['pnp'];
    });
    expect(playwrightEnvironment('/ours', '/browsers')['NODE_OPTIONS']).toBe(expected);
    const ofHost = given.includes('--use-system-ca') ? `${expected} --use-system-ca` : expected;
    expect(hostEnvironment()['NODE_OPTIONS']).toBe(ofHost);
    expect(browserEnvironment()).not.toHaveProperty('NODE_OPTIONS');
  },
);

test('on Windows and macOS, data of this user goes where programs keep theirs', () => {
  const platform = vi.spyOn(process, 'platform', 'get');
  vi.stubEnv('LOCALAPPDATA', 'C:/Users/ada/AppData/Local');
  vi.stubEnv('XDG_DATA_HOME', '/data');
  platform.mockReturnValue('win32');
  expect(environment.dataHome).toBe('C:/Users/ada/AppData/Local');
  vi.stubEnv('LOCALAPPDATA', '');
  expect(environment.dataHome).toMatch(/[/\\]AppData[/\\]Local$/);
  platform.mockReturnValue('darwin');
  expect(environment.dataHome).toMatch(/[/\\]Library[/\\]Application Support$/);
  platform.mockRestore();
});

test.runIf(process.platform === 'linux')(
  'data of this user goes where the system says, else below the home folder',
  () => {
    vi.stubEnv('XDG_DATA_HOME', '/data');
    expect(environment.dataHome).toBe('/data');
    vi.stubEnv('XDG_DATA_HOME', '');
    expect(environment.dataHome).toBe(join(homedir(), '.local', 'share'));
  },
);

describe('work without an Inspector', () => {
  const said = () => process.env['PW_CODEGEN_NO_INSPECTOR'];

  test.each([undefined, '', 'x'])('leaves the variable as it was: %j', async (before) => {
    vi.stubEnv('PW_CODEGEN_NO_INSPECTOR', before);
    expect(await withoutInspector(async () => Promise.resolve(said()))).toBe('1');
    expect(said()).toBe(before);
    const failing = withoutInspector(() => Promise.reject(new Error(said())));
    await expect(failing).rejects.toThrow('1');
    expect(said()).toBe(before);
  });
});

test("the Playwright beside a session's browser gets no key and no Inspector, and writes into a folder of ours", () => {
  for (const name of ['NOTTE_API_KEY', 'PWDEBUG', 'NODE_OPTIONS', 'LANG']) vi.stubEnv(name, 'x');
  vi.stubEnv('HOME', '/home/ada');
  const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('linux');
  const given = playwrightEnvironment('/ours', '/browsers');
  expect(given).toMatchObject({
    LANG: 'x',
    HOME: '/home/ada',
    PLAYWRIGHT_BROWSERS_PATH: '/browsers',
  });
  for (const name of ['NOTTE_API_KEY', 'PWDEBUG', 'NODE_OPTIONS'])
    expect(given).not.toHaveProperty(name);
  for (const name of [
    'TMPDIR',
    'TEMP',
    'TMP',
    'XDG_CACHE_HOME',
    'LOCALAPPDATA',
    'PWTEST_SERVER_REGISTRY',
  ])
    expect(given).toHaveProperty(name, '/ours');
  platform.mockReturnValue('darwin');
  expect(playwrightEnvironment('/ours', '/browsers')).toHaveProperty('HOME', '/ours');
  platform.mockRestore();
});
