/** A run on a session API that is down: it does not wait for it test after test, says what is wrong, and goes on when it is back. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSessionServer } from '../../src/server/index';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project, resultsOf, type RunResult } from '../e2e/support/project';

const TWENTY = `
  import { test } from 'sessionwright';
  for (let n = 1; n <= 20; n++) test('uses a page ' + n, async ({ page }) => page.setContent('x'));`;
/** Each test that fails costs a worker, which takes seconds on a busy machine. */
vi.setConfig({ testTimeout: 900_000 });

/** Tests that may have to wait before it is clear that the API is down. */
const MOST_WAITING = 6;

let project: Project | undefined;
let api: Server;

beforeEach(() => {
  api = createServer();
});
afterEach(async () => {
  api.closeAllConnections();
  api.close();
  await project?.remove();
});

async function listen(port = 0): Promise<string> {
  await new Promise<void>((done) => api.listen(port, '127.0.0.1', done));
  return `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
}

async function create(
  url: string,
  { key = 'a-key', use = '{}', suite = TWENTY } = {},
): Promise<Project> {
  project = await Project.create(
    {
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, use: ${use}, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      'a.spec.ts': suite,
    },
    { NOTTE_API_URL: url, NOTTE_API_KEY: key },
  );
  return project;
}

/** First errors of all tests, one for each. */
function errorsOf({ report }: RunResult): string[] {
  return [...resultsOf(report).values()].flat().map(({ error }) => error?.message ?? '');
}

test.each([
  ['refuses connections', 'is not reachable (ECONNREFUSED)'],
  ['hangs', 'had no complete answer'],
  ['fails', 'answered 500'],
  ['has no capacity for anything', 'answered 503'],
])('it %s: a few tests wait, the others fail at once and say why', async (how, why) => {
  const status = { fails: 500, 'has no capacity for anything': 503 }[how];
  if (status !== undefined) api.on('request', (_, response) => response.writeHead(status).end());
  const url = await listen();
  if (how === 'refuses connections') await new Promise((done) => api.close(done));
  const it = await create(url, { use: '{ sessionOptions: { startTimeout: 6000 } }' });
  const result = await it.run();
  const errors = errorsOf(result);
  const waited = errors.filter((error) => !error.includes('is down'));
  expect(errors, result.output).toHaveLength(20);
  expect(waited.length, result.output).toBeLessThanOrEqual(MOST_WAITING);
  for (const error of errors) expect(error).toContain(why);
  expect(errors.at(-1)).toContain(`the session API ${url} is down`);
  expect(result.output).toContain('sessionwright: Tests had no session: Could not start a session');
});

test('it rejects the key: the first test fails with that, the others are skipped', async () => {
  const server = await startSessionServer();
  try {
    const result = await (await create(server.url, { key: 'another-key' })).run();
    const statuses = [...resultsOf(result.report).values()].flat().map(({ status }) => status);
    expect(statuses, result.output).toEqual(['failed', ...Array<string>(19).fill('skipped')]);
    expect(errorsOf(result)[0]).toContain('Check the key: NOTTE_API_KEY');
    await leavesNothing(project);
  } finally {
    await server.close();
  }
});

test('it recovers: the run continues', async () => {
  const closed = await listen();
  await new Promise((done) => api.close(done));
  const it = await create(closed, {
    suite: `
      ${TWENTY}
      test.describe('later', () => {
        test.describe.configure({ retries: 200 });
        test('has a page again', async ({ page }) => page.setContent('x'));
      });`,
  });
  it.env['NOTTE_API_KEY'] = 'the-key-of-the-server-that-comes-back';
  const run = it.start();
  await run.printed(/is down/, 120_000);
  const port = Number(new URL(closed).port);
  const server = await startSessionServer({ port, apiKey: it.env['NOTTE_API_KEY'] });
  try {
    const result = await run.result();
    const [last] = (resultsOf(result.report).get('has a page again') ?? []).slice(-1);
    expect(last?.status, result.output).toBe('passed');
    await leavesNothing(project);
  } finally {
    await server.close();
  }
});
