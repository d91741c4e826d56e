/** A run on a session API that is slow, or fails when it matters: no session is forgotten. */
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SessionsClient } from '../../src/client/index';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { eventually } from '../eventually';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project } from '../e2e/support/project';

const COMMAND = resolve(import.meta.dirname, '../../dist/cli.js');

let server: SessionServer;
let client: SessionsClient;
let door: Server;
let project: Project;
/** What happens to a request before it reaches the server; false when it has been answered. */
let atDoor: (request: IncomingMessage, response: ServerResponse) => Promise<boolean> | boolean;

beforeAll(async () => {
  server = await startSessionServer({ recording: 'on-demand' });
  client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
  door = createServer((request, response) => void pass(request, response));
  await new Promise<void>((listening) => door.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  door.closeAllConnections();
  door.close();
  await client.close();
  await server.close();
});

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

/** The server's own name goes along, so that the URLs in its answers lead past the door. */
async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!(await atDoor(request, response))) return;
  const { host } = new URL(server.url);
  request.pipe(
    forward(
      `${server.url}${request.url ?? ''}`,
      { method: request.method ?? 'GET', headers: { ...request.headers, host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    ),
  );
}

const USES_A_PAGE = `test('uses a page', async ({ page }) => { await page.setContent('x'); });`;

async function create(spec = USES_A_PAGE): Promise<Project> {
  return Project.create(
    {
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, reporter: 'line' });`,
      'a.spec.ts': `import { test } from 'sessionwright'; ${spec}`,
    },
    {
      NOTTE_API_URL: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
      NOTTE_API_KEY: server.apiKey,
    },
  );
}

async function activeSessions(): Promise<string[]> {
  return (await client.list({ status: 'active' })).items.map((session) => session.id);
}

test('a session that could not be stopped is reported, and reap stops it later', async () => {
  let isRefusing = true;
  atDoor = (request, response) => {
    if (!isRefusing || !request.url?.endsWith('/stop')) return true;
    response
      .writeHead(403, { 'content-type': 'application/json' })
      .end('{"status":403,"message":"not now"}');
    return false;
  };
  project = await create();
  const { output } = await project.run();
  const [id] = await activeSessions();
  expect(output).toContain(`left running: ${String(id)}`);
  isRefusing = false;
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, 'reap'], {
    env: project.env,
  });
  expect(stdout).toContain(`session ${String(id)}`);
  expect(await activeSessions()).toEqual([]);
});

/** Does what a request for a session asks for; the answer never comes through the door. */
async function startUnanswered({ headers, method = 'POST' }: IncomingMessage): Promise<void> {
  const { authorization = '', 'idempotency-key': key } = headers;
  await fetch(`${server.url}/sessions/start`, {
    method,
    body: '{}',
    headers: { authorization, 'content-type': 'application/json', 'idempotency-key': String(key) },
  });
}

test('a worker is killed during a start by its test: the run stops that session', async () => {
  let starts = 0;
  atDoor = async (request) => {
    if (!request.url?.endsWith('/start') || ++starts === 1) return true;
    await startUnanswered(request);
    process.kill(Number(await readFile(join(project.folder, 'worker'), 'utf8')), 'SIGKILL');
    return new Promise<boolean>(() => {});
  };
  project = await create(
    `import { writeFileSync } from 'node:fs';
    test('starts another', async ({ session }) => {
      writeFileSync('worker', String(process.pid));
      await session.client.start();
    });`,
  );
  const { output } = await project.run();
  expect(output).toContain('1 failed');
  expect(starts).toBe(2);
  expect(await activeSessions()).toEqual([]);
});

test('everything is killed during a start: reap finds and stops the session', async () => {
  let started = (): void => {};
  const isStarted = new Promise<void>((done) => (started = done));
  atDoor = async (request) => {
    if (!request.url?.endsWith('/start')) return true;
    await startUnanswered(request);
    started();
    return new Promise<boolean>(() => {});
  };
  project = await create();
  const run = project.start();
  await isStarted;
  const [lost] = await activeSessions();
  process.kill(-run.pid, 'SIGKILL'); // the runner and its workers
  for (const pid of project.hosts().map(Number)) process.kill(pid, 'SIGKILL');
  await run.result();
  atDoor = () => true;
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, 'reap'], {
    env: project.env,
  });
  expect(stdout).toContain(`session ${String(lost)}`);
  await eventually(async () => expect(await activeSessions()).toEqual([]));
});

test('the host is ended while a session starts', async () => {
  let letThrough = (): void => {};
  const isLetThrough = new Promise<void>((done) => (letThrough = done));
  let started = (): void => {};
  const isStarted = new Promise<void>((done) => (started = done));
  atDoor = async (request) => {
    if (!request.url?.endsWith('/start')) return true;
    started();
    await isLetThrough;
    return true;
  };
  project = await create();
  const run = project.start();
  await isStarted;
  const host = project.leftovers().processes.find((it) => it.includes('host.js'));
  process.kill(Number(host?.split(' ')[0]), 'SIGTERM');
  letThrough();
  await run.result();
  await eventually(async () => expect(await activeSessions()).toEqual([]));
});
