import { defineConfig } from '@playwright/test';
import { afterEach, expect, test, vi } from 'vitest';
import { withSessions } from '../../../src/config/index';
import { projectOptions } from '../../../src/options/project';
import type { SessionOptions } from '../../../src/options/types';

afterEach(() => vi.unstubAllEnvs());

const names = (reporter: unknown): string[] =>
  (reporter as [string][]).map(([name]) => name.replace(/^.*[\\/]/, ''));

test('appends to global set-up and reporters, ours first among the reporters', () => {
  const config = withSessions({
    globalSetup: './mine.ts',
    reporter: [['html', { open: 'never' }], ['json']],
  });
  expect(config.globalSetup).toEqual(['./mine.ts', expect.stringMatching(/global-setup\.js$/)]);
  expect(names(config.reporter)).toEqual(['reporter.js', 'html', 'json']);
});

test('a single reporter by name, and none at all', () => {
  expect(names(withSessions({ reporter: 'html' as const }).reporter)).toEqual([
    'reporter.js',
    'html',
  ]);
  vi.stubEnv('CI', '');
  expect(names(withSessions({}).reporter)).toEqual(['reporter.js', 'list']);
  vi.stubEnv('CI', 'true');
  expect(names(withSessions({}).reporter)).toEqual(['reporter.js', 'dot']);
});

test('what is named or completed twice is there once, and keeps what it was told', () => {
  const twice = withSessions(
    withSessions({ reporter: 'line', globalSetup: './mine.ts' }, { runPage: 'story' }),
    { runPageUrl: 'https://ci/' },
  );
  expect(twice.globalSetup).toEqual(['./mine.ts', expect.stringMatching(/global-setup\.js$/)]);
  expect(names(twice.reporter)).toEqual(['reporter.js', 'line']);
  expect(twice.reporter?.[0]?.[1]).toEqual({ runPage: 'story', runPageUrl: 'https://ci/' });
  const named = withSessions({
    reporter: [['line'], ['sessionwright/reporter', { runPage: false }], ['json']],
  });
  expect(names(named.reporter)).toEqual(['reporter.js', 'line', 'json']);
  expect(named.reporter?.[0]?.[1]).toEqual({ runPage: false });
  expect(names(withSessions({ reporter: 'sessionwright/reporter' as 'list' }).reporter)).toEqual([
    'reporter.js',
  ]);
});

test('options reach every project, and what stands nearer wins field by field', () => {
  const config = withSessions(
    {
      use: { baseURL: 'http://localhost', sessionOptions: { headless: false } },
      projects: [
        { name: 'a', use: { sessionOptions: { idleTimeout: 540_000 } } },
        { name: 'b', use: { locale: 'de' } },
      ],
    },
    { session: { idleTimeout: 300_000, maxDuration: 1_200_000 } },
  );
  expect(config.use).toMatchObject({
    baseURL: 'http://localhost',
    sessionOptions: { headless: false, idleTimeout: 300_000, maxDuration: 1_200_000 },
  });
  expect(config.projects?.[0]?.use?.sessionOptions).toEqual({
    headless: false,
    idleTimeout: 540_000,
    maxDuration: 1_200_000,
  });
  expect(config.projects?.[1]?.use).toEqual({ locale: 'de' });
});

test('a later part of defineConfig, which replaces the options, stands on top of them too', () => {
  const suite = withSessions(
    { projects: [{ name: 'own', use: { sessionOptions: { userAgent: 'own/1' } } }] },
    { session: { apiUrl: 'http://there', maxSessions: 2 } },
  );
  const later: SessionOptions = { idleTimeout: 300_000 };
  const top = defineConfig(suite, { use: { sessionOptions: later } } as object);
  expect(projectOptions(top.use ?? {})).toEqual({
    apiUrl: 'http://there',
    maxSessions: 2,
    idleTimeout: 300_000,
  });
  const project = defineConfig(suite, {
    projects: [{ name: 'own', use: { sessionOptions: later } }],
  } as object).projects?.[0];
  expect(projectOptions({ ...top.use, ...project?.use })).toEqual({
    apiUrl: 'http://there',
    maxSessions: 2,
    userAgent: 'own/1',
    idleTimeout: 300_000,
  });
});

test('a configuration without withSessions says only what its use says', () => {
  expect(projectOptions({})).toEqual({});
  expect(projectOptions({ sessionOptions: { headless: true } })).toEqual({ headless: true });
});

test('a report that prints the configuration shows no secret of it', () => {
  const proxies = [
    { type: 'external' as const, server: 'http://proxy:1', username: 'me', password: 's3cret' },
  ];
  const secrets = {
    apiKey: 's3cret',
    cdpUrl: 'wss://there/?token=s3cret',
    cdpHeaders: { 'x-key': 's3cret' },
    extraHTTPHeaders: { 'x-auth': 's3cret' },
    proxies,
  };
  const config = withSessions({
    use: { sessionOptions: secrets },
    projects: [{ use: { sessionOptions: { headless: true } } }],
  });
  expect(config.projects?.[0]?.use?.sessionOptions).toEqual({ ...secrets, headless: true });
  expect(JSON.stringify(config)).not.toContain('s3cret');
  expect(JSON.parse(JSON.stringify(config.use))).toMatchObject({
    sessionOptions: {
      extraHTTPHeaders: { 'x-auth': '(hidden)' },
      proxies: [{ server: 'http://proxy:1', username: 'me' }],
    },
  });
});

test.each([
  ['a later part', { use: { sessionOptions: { apiKey: 's3cret' } } }],
  ['its project', { projects: [{ name: 'a', use: { sessionOptions: { cdpUrl: 's3cret' } } }] }],
])('nor what %s of defineConfig says', (_, later: object) => {
  const { use, projects = [{}] } = defineConfig(
    withSessions({}, { session: { headless: true } }),
    later,
  );
  for (const project of projects) {
    const ofProject = { ...use, ...project.use }; // as Playwright puts them together
    const json = JSON.stringify(ofProject);
    expect(json).toContain('(hidden)');
    expect(json).not.toContain('s3cret');
    expect(JSON.stringify(projectOptions(ofProject))).toContain('s3cret'); // for the session
  }
});

test.each([
  { proxies: { type: 'external', server: 'proxy:1', password: 's3cret' } },
  { proxies: [{ type: 'external', server: 'http://me:s3cret@proxy:1' }, 's3cret', null] },
  { extraHTTPHeaders: 'x-auth: s3cret' },
  { cdpHeaders: 'x-auth: s3cret' },
  { capabilities: '{"token":"s3cret"}' },
])('nor do options that are refused: %j', (wrong) => {
  const { use } = withSessions({ use: { sessionOptions: wrong as never } });
  expect(JSON.stringify(use)).toContain('(hidden)');
  expect(JSON.stringify(use)).not.toContain('s3cret');
});

test('what is no object is left to be refused', () => {
  const wrong = { sessionOptions: 'fast' as never };
  expect(
    withSessions({ use: wrong, projects: [{ use: wrong }] }, { session: { headless: true } }),
  ).toMatchObject({ use: wrong, projects: [{ use: wrong }] });
});

test.each([
  ['session options', [{ idleTimeout: 300_000 }], 'idleTimeout is not an option of withSessions()'],
  ['a third argument', [{}, { runPage: false }], 'withSessions() takes two arguments'],
])('%s as in older versions are refused with the new form', (_, args: object[], message) => {
  const call = () => withSessions({}, ...(args as [object]));
  expect(call).toThrow(`${message}. Write withSessions(config, { session, runPage, runPageUrl })`);
});

test('the given configuration is not changed', () => {
  const given = Object.freeze({
    use: Object.freeze({ headless: true }),
    reporter: 'line' as const,
  });
  withSessions(given, { session: { headless: false } });
  expect(given).toEqual({ use: { headless: true }, reporter: 'line' });
});
