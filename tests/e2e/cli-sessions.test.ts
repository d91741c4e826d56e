/** `sessionwright sessions`: every command, by the real command line, against a real server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SessionsClient } from '../../src/client/index';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { Project } from './support/project';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

let server: SessionServer;
let client: SessionsClient;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sw-cli-'));
  server = await startSessionServer();
  client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
});

afterAll(async () => {
  await client.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Printed {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `sessionwright sessions ...` with the server as the configured API. */
async function sessions(args: string[], env: Record<string, string> = {}): Promise<Printed> {
  const child = spawn(process.execPath, [CLI, 'sessions', ...args], {
    cwd: folder,
    env: { ...process.env, NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  expect(stdout + stderr).not.toContain(server.apiKey);
  return { exitCode, stdout, stderr };
}

test('a session from its start to its replay', async () => {
  const session = await client.start();
  const page = await session.page();
  await page.setContent('<h1>Seen</h1>');
  await session.setCookies([
    { name: 'login', value: 'v1', domain: 'site.test', path: '/', httpOnly: false, secure: false },
  ]);

  const listed = JSON.parse((await sessions(['list', '--json'])).stdout) as {
    sessions: { id: string; status: string }[];
  };
  expect(listed.sessions).toEqual([expect.objectContaining({ id: session.id, status: 'active' })]);
  expect((await sessions(['list'])).stdout).toMatch(
    new RegExp(`^ID .*\\n${session.id}  active  20`),
  );
  expect((await sessions(['show', session.id])).stdout).toMatch(/status {6}active/);
  const shown = await sessions(['show', session.id, '--json']);
  expect(JSON.parse(shown.stdout)).toMatchObject({ id: session.id, headless: true });
  expect(shown.stdout).not.toContain('token=');
  expect(JSON.parse((await sessions(['open', session.id, '--json'])).stdout)).toEqual({
    viewerUrl: session.viewerUrl,
    replayUrl: null,
  });

  expect((await sessions(['cookies', session.id, '--save', 'jar.json'])).stdout).toContain(
    '1 cookie saved to jar.json',
  );
  expect(JSON.parse(await readFile(join(folder, 'jar.json'), 'utf8'))).toEqual([
    expect.objectContaining({ name: 'login', value: 'v1' }),
  ]);
  expect(
    JSON.parse((await sessions(['cookies', session.id, '--load', 'jar.json'])).stdout),
  ).toHaveLength(1);

  expect((await sessions(['replay', session.id])).stderr).toContain('still active');
  expect((await sessions(['stop', session.id])).stdout).toBe(`${session.id} stopped\n`);
  expect((await session.status()).status).toBe('closed');
  const replay = JSON.parse(
    (await sessions(['replay', session.id, '--output', 'out/film.mp4', '--json'])).stdout,
  ) as { file: string; duration: number };
  expect(replay.duration).toBeGreaterThan(0);
  expect((await readFile(join(folder, 'out/film.mp4'))).subarray(4, 8).toString()).toBe('ftyp');
  expect((await sessions(['list', '--status', 'closed'])).stdout).toContain(session.id);

  const opened = JSON.parse((await sessions(['open', session.id, '--json'])).stdout) as {
    viewerUrl: string | null;
    replayUrl: string;
  };
  expect(await (await fetch(opened.viewerUrl ?? '')).text()).toContain('<!doctype html>');
  const film = await fetch(opened.replayUrl);
  expect(
    Buffer.from(await film.arrayBuffer())
      .subarray(4, 8)
      .toString(),
  ).toBe('ftyp');
  expect((await sessions(['open', session.id, '--print'])).stdout).toBe(
    `${opened.viewerUrl ?? ''}\n`,
  );
  expect((await sessions(['show', session.id])).stdout).toMatch(
    /traffic {5}\d+ KB sent, \d+ KB received$/m,
  );
});

test('--all stops every session', async () => {
  const started = await Promise.all([client.start(), client.start()]);
  const { stopped } = JSON.parse((await sessions(['stop', '--all', '--json'])).stdout) as {
    stopped: string[];
  };
  expect(stopped.sort()).toEqual(started.map(({ id }) => id).sort());
  expect((await sessions(['list'])).stdout).toBe('No sessions.\n');
});

test('--run stops the sessions of one run', async () => {
  const other = await client.start();
  const project = await Project.create(
    {
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, reporter: 'line' });`,
      'a.spec.ts': `import { test } from 'sessionwright'; test('waits', async ({ page }) => { console.log('RUNNER ' + process.ppid + '.'); await page.waitForSelector('h2', { timeout: 0 }); });`,
    },
    { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey },
  );
  const run = project.start();
  const [, runner = ''] = await run.printed(/RUNNER (\d+)/);
  const env = { TMPDIR: project.temp };
  expect((await sessions(['stop', '--run', '1'], env)).stderr).toContain(`Known: ${runner}`);
  const { stopped } = JSON.parse(
    (await sessions(['stop', '--run', runner, '--json'], env)).stdout,
  ) as { stopped: string[] };
  expect(stopped).toHaveLength(1);
  await run.result();
  expect((await client.list()).items.map(({ id }) => id)).toEqual([other.id]);
  await other.stop();
  await project.remove();
});

describe('an API with invalid answers', () => {
  const EVIL = '\x1b]0;owned\x07\x1b[2J\u009b31m\u202e\x7f\r\n::error file=a.ts::a lie\n##[error]';
  const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]|^\s*::|##\[/m;
  const now = new Date().toISOString();
  const text = (name: string): string => `${name}${EVIL}`;
  const lie = {
    session_id: text('id'),
    status: 'active',
    idle_timeout_minutes: 3,
    created_at: now,
    last_accessed_at: now,
    error: text('error'),
    browser_type: text('type'),
    user_agent: text('agent'),
    viewer_url: text('http://viewer.test/'),
    cdp_url: text('ws://cdp.test/'),
    steps: [{ type: text('step') }],
    auth_ids: [text('auth')],
    mp4_url: text('http://replay.test/'),
    cookies: [{ name: text('cookie'), value: EVIL, domain: 'a.test', path: '/' }],
  };
  let api: Server;
  let answer: { status: number; body: unknown };

  beforeAll(async () => {
    api = createServer(({ url = '' }, response) => {
      const isList = /\/sessions(\?|$)/.test(url);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          answer.status === 200 && isList
            ? { items: [lie], page: 1, page_size: 50, has_next: false, has_previous: false }
            : answer.body,
        ),
      );
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
  });
  afterAll(() => api.close());

  const COMMANDS = [
    [['list']],
    [['list', '--json']],
    [['show', 'x']],
    [['show', 'x', '--json']],
    [['open', 'x', '--print']],
    [['open', 'x', '--json']],
    [['open', 'x']],
    [['cookies', 'x']],
    [['stop', 'x']],
    [['stop', '--all', '--json']],
    [['replay', 'x']],
  ];

  test.each(COMMANDS)(
    'nothing is printed raw by %j',
    async (args) => {
      const { port } = api.address() as AddressInfo;
      const env = {
        NOTTE_API_URL: `http://127.0.0.1:${port}`,
        DEBUG: 'sessionwright:*',
        DISPLAY: '',
      };
      const errorBody = {
        message: text('message'),
        code: text('code'),
        detail: [{ loc: ['body', EVIL], msg: EVIL }],
      };
      for (answer of [
        { status: 200, body: lie },
        { status: 200, body: { ...lie, status: EVIL } },
        { status: 403, body: errorBody },
        { status: 422, body: errorBody },
        { status: 404, body: text('page') },
      ]) {
        const { stdout, stderr } = await sessions(args, env);
        expect(stdout + stderr).not.toBe('');
        expect(stdout).not.toMatch(OBEYED);
        expect(stderr).not.toMatch(OBEYED);
      }
    },
    60_000,
  );
});

describe('errors', () => {
  test.each([
    [['show'], 2, /Which session/],
    [['show', 'a', 'b'], 2, /Unexpected "b"/],
    [['list', '--status', 'asleep'], 2, /active, closed, error, timed_out, not "asleep"/],
    [['list', '--page-size', '1000'], 2, /--page-size takes a whole number from 1 to 100/],
    [['stop'], 2, /Give ids, --run or --all/],
    [['stop', 'x', '--all'], 2, /Give ids, --run or --all/],
    [['frobnicate'], 2, /Unknown command "sessions frobnicate"/],
    [['show', 'no-such-id'], 1, /no-such-id/],
    [['stop', 'no-such-id'], 1, /1 of 1 session could not be stopped/],
  ])('%j', async (args, exitCode, message) => {
    const printed = await sessions(args);
    expect(printed.exitCode).toBe(exitCode);
    expect(printed.stderr).toMatch(message);
    expect(printed.stderr).not.toMatch(/\n\s+at /);
  });

  test.each([
    [{ NOTTE_API_KEY: '' }, /Set NOTTE_API_KEY\.\n$/],
    [
      { NOTTE_API_KEY: '', NOTTE_API_URL: '' },
      /^No session API is named\. Set SESSIONWRIGHT_API_URL and SESSIONWRIGHT_API_KEY, .*\n$/,
    ],
    [
      { NOTTE_API_KEY: 'another' },
      /answered 401: The API key is wrong\. Check the key: NOTTE_API_KEY\.\n$/,
    ],
    [{ NOTTE_API_KEY: 'two words' }, /^NOTTE_API_KEY must be/],
    [{ NOTTE_API_URL: 'localhost:9500' }, /^NOTTE_API_URL is not the URL of a session API/],
    [{ NOTTE_API_URL: 'http://127.0.0.1:9' }, /Check NOTTE_API_URL, and that the API is up\.\n$/],
  ])('%j: what to set, in the words of the command line', async (env, message) => {
    const { exitCode, stderr } = await sessions(['list'], env);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/apiKey|apiUrl|list\(\)/);
  });
});
