/** A suite on a session server that is not its own: the same fixtures and clips, and no session left there, whoever is killed. */
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { SessionsClient } from '../../src/client/index';
import type { ViewedStory, Wall } from '../../src/contract/viewer';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { leavesNothing } from './support/leaves-nothing';
import { Project, resultOf, shownAttachments } from './support/project';

const CONFIG = `
  import { withSessions } from 'sessionwright/config';
  export default withSessions({ workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]], use: { screenshot: 'only-on-failure' } });`;

let server: SessionServer;
let client: SessionsClient;
let project: Project;

beforeAll(async () => {
  server = await startSessionServer();
  client = new SessionsClient({ apiUrl: server.url, apiKey: server.apiKey });
});

afterAll(async () => {
  await client.close();
  await server.close();
});

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

async function create(spec: string): Promise<Project> {
  return Project.create(
    {
      'playwright.config.ts': CONFIG,
      'a.spec.ts': `import { test, expect } from 'sessionwright';\n${spec}`,
    },
    { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey },
  );
}

async function activeSessions(): Promise<string[]> {
  return (await client.list({ status: 'active' })).items.map((session) => session.id);
}

test('the run prints where its sessions come from; it has clips, and a failure has one screenshot', async () => {
  project = await create(`test('fails', async ({ page, session }) => {
    await page.setContent('<h1>There</h1>');
    expect((await session.status()).status).toBe('active');
    expect(1).toBe(2);
  });`);
  const { output, report } = await project.run();
  expect(output).toContain(`sessions come from: ${server.url} (self-hosted)`);
  expect(output).toMatch(/1 session, 1 test, 1 clip, .*left running: nothing/);
  const result = resultOf(report, 'fails');
  expect(result.annotations.map(({ type }) => type)).toEqual(['session']);
  const [id = '', viewer = ''] = result.annotations[0]?.description?.split(' ') ?? [];
  expect(viewer).toBe(`${server.url}/sessions/${id}/viewer`);
  expect((await fetch(viewer)).status).toBe(401); // a report opens nothing by itself
  expect(shownAttachments(result).filter((name) => name !== 'error-context')).toEqual([
    'screenshot',
    'video',
  ]);
  const files = result.attachments.flatMap(({ path }) => path ?? []);
  expect(files).toHaveLength(3);
  expect(files.every((path) => existsSync(path))).toBe(true);
  expect(output + JSON.stringify(report)).not.toContain(server.apiKey);
  expect(await activeSessions()).toEqual([]);
});

test('the server gets the running test, its steps and their location, and shows them in the replay', async () => {
  project = await create(`test('fills the form', async ({ page }) => {
    await page.setContent('<input>');
    await page.locator('input').fill('s3cret-word');
    await expect(page.locator('h1')).toHaveCount(1, { timeout: 100 });
  });
  test('passes', async ({ page }) => { await page.setContent('<h1>There</h1>'); });`);
  await project.run();
  const ask = async (path: string): Promise<unknown> =>
    (
      await fetch(server.url + path, { headers: { authorization: `Bearer ${server.apiKey}` } })
    ).json();
  const { sessions } = (await ask('/viewer/sessions')) as Wall;
  const read = async (): Promise<ViewedStory> =>
    (await ask(`/sessions/${sessions[0]?.id ?? ''}/viewer/story`)) as ViewedStory;
  await expect.poll(async () => (await read()).replay?.state, { timeout: 60_000 }).toBe('ready');
  const { session, events } = await read();
  expect(session.tests.map(({ title, outcome }) => [title, outcome])).toEqual([
    ['fills the form', 'failed'],
    ['passes', 'passed'],
  ]);
  const steps = events.filter(({ kind }) => kind === 'step');
  expect(steps.map(({ location, level }) => [location, level])).toEqual([
    ['a.spec.ts:3', 'info'],
    ['a.spec.ts:4', 'info'],
    ['a.spec.ts:5', 'error'],
    ['a.spec.ts:7', 'info'],
  ]);
  expect(steps[1]?.title).toMatch(/^Fill "…".*locator\('input'\)/);
  expect(JSON.stringify(events)).not.toContain('s3cret-word');
});

test('the next run stops the session of a killed run', async () => {
  project = await create(`test('waits', async ({ page }) => {
    await page.setContent('<h1>Waiting</h1>');
    console.log('WORKER ' + process.pid + '.');
    await page.waitForSelector('h2', { timeout: 0 });
  });
  test('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`);
  const run = project.start(['--grep', 'waits']);
  await project.killAll(run);
  expect(await activeSessions()).toHaveLength(1);
  const { exitCode, output } = await project.run(['--grep', 'later']);
  expect(exitCode, output).toBe(0);
  expect(await activeSessions()).toEqual([]);
});

test('a session that ended between tests is replaced, for every reason', async () => {
  project = await create(`test('stops it', async ({ page, session }) => {
    await page.setContent('x');
    await session.stop();
  });
  test('goes on', async ({ page, session }) => {
    await page.setContent('x');
    expect((await session.status()).status).toBe('active');
  });
  test('loses it', async ({ page, session }) => {
    await page.setContent('x');
    const gone = new Promise((resolve) => page.once('close', resolve));
    await fetch(process.env.NOTTE_API_URL + '/sessions/' + session.id + '/stop', { method: 'POST', headers: { authorization: 'Bearer ' + process.env.NOTTE_API_KEY } });
    await gone;
    expect(1).toBe(2);
  });
  test('goes on again', async ({ page, session }) => {
    await page.setContent('x');
    expect((await session.status()).status).toBe('active');
  });`);
  const { output, report } = await project.run();
  for (const title of ['stops it', 'goes on', 'goes on again'])
    expect(resultOf(report, title).status, output).toBe('passed');
  expect(output).toMatch(/3 sessions, 4 tests, .*left running: nothing/);
  expect(await activeSessions()).toEqual([]);
});

test('an attached session is used, but not stopped', async () => {
  await using session = await client.start();
  project = await Project.create(
    {
      'playwright.config.ts': CONFIG.replace(
        'use: {',
        `use: { sessionOptions: { sessionId: '${session.id}' },`,
      ),
      'a.spec.ts': `import { test, expect } from 'sessionwright'; test('uses it', async ({ page, session }) => { await page.setContent('x'); expect(session.id).toBe('${session.id}'); });`,
    },
    { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey },
  );
  const { exitCode, output } = await project.run();
  expect(exitCode, output).toBe(0);
  expect((await session.status()).status).toBe('active');
});

test('attaching to an ended session fails, with its id and status', async () => {
  const session = await client.start();
  await session.stop();
  project = await Project.create(
    {
      'playwright.config.ts': CONFIG.replace(
        'use: {',
        `use: { sessionOptions: { sessionId: '${session.id}' },`,
      ),
      'a.spec.ts': `import { test } from 'sessionwright'; test('never runs', async ({ page }) => { await page.setContent('x'); });`,
    },
    { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey },
  );
  const { exitCode, output } = await project.run();
  expect(exitCode).toBe(1);
  expect(output).toMatch(new RegExp(`SessionEndedError: .*${session.id}: it was stopped at 20`));
});
