/** `sessionwright doctor` on whole projects: what passes, and each thing that can be wrong. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { leavesNothing } from './support/leaves-nothing';
import { Project } from './support/project';
import { serve } from './support/serve-process';

interface Doctor {
  exitCode: number | null;
  output: string;
  checks: { id: string; status: string; message: string; fix?: string }[];
}

let project: Project;
/** The command that runs, or has run last. */
let child: ChildProcessByStdio<null, Readable, Readable>;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

/** Runs the command of the project's own package. */
async function doctor(
  args: string[],
  folder = project.folder,
  installed = project.folder,
): Promise<Doctor> {
  const cli = join(installed, 'node_modules/sessionwright/dist/cli.js');
  child = spawn(process.execPath, [cli, 'doctor', ...args], {
    cwd: folder,
    env: project.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  expect(errors).toBe('');
  const isJson = args.includes('--json');
  const checks = isJson ? (JSON.parse(output) as Pick<Doctor, 'checks'>).checks : [];
  return { exitCode, output, checks };
}

/** A project whose configuration has these members. */
async function create(
  config = '',
  { env = {}, files = {} }: { env?: Record<string, string>; files?: Record<string, string> } = {},
): Promise<void> {
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 2, ${config} });`,
      'suite.spec.ts': `import { test } from 'sessionwright'; test('waits', async ({ page }) => { console.log('WORKER ' + process.pid); await page.waitForTimeout(60_000); });`,
      ...files,
    },
    { NOTTE_API_URL: '', NOTTE_API_KEY: '', ...env },
  );
}

test('a suite that is set up passes every check, with a session and its clip', async () => {
  await create();
  const { exitCode, output } = await doctor([]);
  expect(output).toMatch(/✓ A test on a session passed: \d/);
  expect(output).toContain('✓ It has a clip');
  expect(output).toContain('· Sessions come from: embedded session server (Chromium)');
  expect(output).toMatch(/\n\d+ checks: \d+ passed\n$/);
  expect(exitCode).toBe(0);
});

test('a suite in a folder with an apostrophe and spaces', async () => {
  await create();
  const folder = join(project.folder, "the team's suite");
  for (const name of ['node_modules', 'playwright.config.ts', 'package.json'])
    await cp(join(project.folder, name), join(folder, name), { recursive: true });
  const { exitCode, output } = await doctor([], folder, folder);
  expect(output).toContain('✓ It has a clip');
  expect(exitCode).toBe(0);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends its session, and leaves no file',
  async (signal) => {
    await create();
    const running = doctor([]);
    await eventually(() => expect(project.hosts()).not.toEqual([]), { interval: 10 });
    child.kill(signal);
    const { exitCode, output } = await running;
    expect(output).toContain('✗ A test on a session failed');
    expect(exitCode).toBe(1);
  },
);

test('--quick starts no session, and --json is for programs', async () => {
  await create();
  const { exitCode, checks } = await doctor(['--quick', '--json']);
  expect(exitCode).toBe(0);
  expect(checks.filter(({ status }) => status === 'warn' || status === 'fail')).toEqual([]);
  expect(checks.some(({ id }) => id.startsWith('live'))).toBe(false);
});

test('a browser that does not start fails the session', async () => {
  await create('', { env: { SESSIONWRIGHT_EXECUTABLE_PATH: process.execPath } });
  const { exitCode, output } = await doctor([]);
  expect(output).toMatch(/✗ A test on a session failed after/);
  expect(exitCode).toBe(1);
});

test.each([
  ['options', 'fail', `use: { sessionOptions: { maxSessions: -1 } }`, {}, /maxSessions/],
  ['names', 'fail', `use: { session: 1 }`, {}, /"session" is the fixture/],
  [
    'duration',
    'fail',
    `timeout: 600_000, use: { sessionOptions: { maxDuration: 120_000 } }`,
    {},
    /maxDuration is 2.* but a test may take 10/,
  ],
  ['display', 'warn', `use: { headless: false }`, { DISPLAY: '' }, /no display/],
  [
    'localhost',
    'warn',
    `use: { baseURL: 'http://u:hunter2@localhost:3000' }`,
    { SESSIONWRIGHT_CDP_URL: 'ws://browsers.test/?token=hunter2' },
    /is on this machine/,
  ],
  ['proxy', 'fail', '', { HTTP_PROXY: '::' }, /is not a URL/],
  ['proxy', 'info', '', { HTTP_PROXY: 'http://u:hunter2@proxy.test:1' }, /go through a proxy/],
  ['source.browser', 'fail', '', { SESSIONWRIGHT_EXECUTABLE_PATH: '/nowhere' }, /\/nowhere/],
  [
    'source.provider',
    'fail',
    `use: { sessionOptions: { backend: ['./missing.mjs'] } }`,
    {},
    /does not load/,
  ],
  ['source.grid', 'fail', '', { SELENIUM_REMOTE_URL: 'http://127.0.0.1:9' }, /127\.0\.0\.1:9/],
  [
    'source.api',
    'fail',
    '',
    { SESSIONWRIGHT_API_URL: 'http://127.0.0.1:9', SESSIONWRIGHT_API_KEY: 'hunter2' },
    /not reachable/,
  ],
  ['source.api', 'fail', '', { SESSIONWRIGHT_API_URL: 'http://127.0.0.1:9' }, /no key/],
  ['temp', 'fail', '', { TMPDIR: '/dev/null/x', TEMP: '/dev/null/x' }, /\/dev\/null/],
])('%s can %s: %s %j', async (id, status, config, env, message) => {
  await create(config, { env });
  const { exitCode, output, checks } = await doctor(['--quick', '--json']);
  const found = checks.find((it) => it.id === id);
  expect(found, output).toMatchObject({ status });
  expect(found?.message).toMatch(message);
  expect(exitCode).toBe(status === 'fail' ? 1 : 0);
  expect(output).not.toContain('hunter2');
});

test('a configuration that does not load is shown with the error of Playwright', async () => {
  await create('', { files: { 'playwright.config.ts': `throw new Error('no such secret');` } });
  const { exitCode, checks } = await doctor(['--json']);
  expect(checks.find(({ id }) => id === 'config')?.message).toContain('no such secret');
  expect(exitCode).toBe(1);
});

test('a suite without withSessions is warned', async () => {
  await create('', { files: { 'other.config.ts': 'export default {};' } });
  const { checks } = await doctor(['--quick', '--json', '--config', 'other.config.ts']);
  expect(checks.find(({ id }) => id === 'reporters')).toMatchObject({ status: 'warn' });
});

test('a folder without Playwright fails, and so does an old one or a second copy', async () => {
  await create('', {
    files: {
      'old/package.json': '{}',
      'old/node_modules/@playwright/test/package.json': '{ "version": "1.40.0" }',
    },
  });
  const empty = await mkdtemp(join(tmpdir(), 'sw-empty-'));
  try {
    const missing = await doctor(['--quick', '--json'], empty);
    expect(missing.checks.find(({ id }) => id === 'playwright')).toMatchObject({ status: 'fail' });
  } finally {
    await rm(empty, { recursive: true });
  }
  const old = await doctor(['--quick', '--json'], join(project.folder, 'old'));
  expect(old.checks.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual([
    'playwright',
    'copies',
    'config',
  ]);
});

test('a server is asked for its key and its capacity', async () => {
  const server = await serve(['--max-sessions', '1']);
  try {
    const env = { SESSIONWRIGHT_API_URL: server.url, SESSIONWRIGHT_API_KEY: 'key' };
    await create('', { env });
    const api = async (): Promise<object | undefined> =>
      (await doctor(['--quick', '--json'])).checks.find(({ id }) => id === 'source.api');
    expect(await api()).toMatchObject({ status: 'warn', message: /some wait/ });
    project.env['SESSIONWRIGHT_API_KEY'] = 'hunter2';
    expect(await api()).toMatchObject({ status: 'fail' });
  } finally {
    await server.end('SIGTERM');
  }
});

test('the slots of a Grid are counted', async () => {
  const slot = { stereotype: { browserName: 'chrome' }, session: null };
  const node = { availability: 'UP', uri: 'http://node', slots: [slot, slot] };
  const grid = createServer((_, response) =>
    response.end(JSON.stringify({ value: { ready: true, nodes: [node] } })),
  );
  await new Promise<void>((resolve) => grid.listen(0, '127.0.0.1', resolve));
  const { port } = grid.address() as AddressInfo;
  await create('', { env: { SELENIUM_REMOTE_URL: `http://127.0.0.1:${port}` } });
  const { checks } = await doctor(['--quick', '--json']);
  grid.close();
  expect(checks.find(({ id }) => id === 'source.grid')).toMatchObject({
    status: 'pass',
    message: 'The Grid has 1 node, and 2 of 2 slots are free (chrome)',
  });
});

test('a killed run is named', async () => {
  await create();
  await project.killAll(project.start());
  const { checks } = await doctor(['--quick', '--json']);
  expect(checks.find(({ id }) => id === 'leftovers')).toMatchObject({
    status: 'warn',
    fix: 'npx sessionwright reap',
  });
  await project.reap();
});
