/** A browser that cannot be reached costs one test a bounded wait and no failure: it is tried again on a fresh session. Where none can be reached, no test starts more of them. */
import { createServer as createHttpServer, request as forward, type Server } from 'node:http';
import { createServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startSessionServer, type SessionServer } from '../../src/server/index';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project, resultOf, type RunResult } from '../e2e/support/project';

let server: SessionServer;
/** Takes connections, and says nothing. */
let silence: TcpServer;
let door: Server;
let project: Project | undefined;
/** How many sessions have a browser that cannot be reached. */
let hanging: number;
/** Where their addresses lead: to a place that says nothing, or to a closed door. */
let leadsTo: 'silence' | 'nowhere';

beforeEach(async () => {
  server = await startSessionServer({ recording: 'on-demand' });
  silence = createServer();
  await new Promise<void>((done) => silence.listen(0, '127.0.0.1', done));
  door = createHttpServer((request, response) => {
    const { host } = new URL(server.url);
    const { url = '', method = 'GET' } = request;
    const passed = forward(
      server.url + url,
      { method, headers: { ...request.headers, host } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isLost = url === '/sessions/start' && hanging-- > 0;
          const { 'content-length': _, ...headers } = answer.headers;
          response.writeHead(answer.statusCode ?? 502, headers).end(isLost ? lost(text) : text);
        });
      },
    );
    request.pipe(passed);
  });
  await new Promise<void>((done) => door.listen(0, '127.0.0.1', done));
});

afterEach(async () => {
  await leavesNothing(project);
  await project?.remove();
  door.closeAllConnections();
  door.close();
  silence.close();
  await server.close();
});

/** The answer of a start, with a browser that nobody reaches. */
function lost(text: string): string {
  const port = leadsTo === 'nowhere' ? 9 : (silence.address() as AddressInfo).port;
  const body = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ ...body, cdp_url: `ws://127.0.0.1:${port}/cdp`, playwright_url: null });
}

test('the test runs on another session and passes', async () => {
  [hanging, leadsTo] = [1, 'silence'];
  const { report, output } = await run(
    `test('works', async ({ page }) => page.setContent('<h1>Here</h1>'));`,
  );
  const result = resultOf(report, 'works');
  expect(result.status, output).toBe('passed');
  expect(result.annotations.map(({ type }) => type)).not.toContain('infrastructure');
  expect(output).toMatch(/2 sessions, 1 test, .*left running: nothing/);
});

test('if no browser can be reached, each test fails with that, and no more sessions start', async () => {
  [hanging, leadsTo] = [Infinity, 'nowhere'];
  const { report, output } = await run(`
    for (const name of ['one', 'two', 'three', 'four'])
      test(name, async ({ page }) => page.setContent('<h1>Here</h1>'));`);
  for (const name of ['one', 'two', 'three', 'four'])
    expect(resultOf(report, name).error?.message, output).toContain('ECONNREFUSED');
  expect(output).toMatch(/2 sessions, .*left running: nothing/);
});

/** A run with one worker. */
async function run(tests: string): Promise<RunResult> {
  project = await Project.create(
    {
      'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ workers: 1, use: { recording: 'off' }, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      'a.spec.ts': `import { test } from 'sessionwright';\n${tests}`,
    },
    {
      NOTTE_API_URL: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
      NOTTE_API_KEY: server.apiKey,
    },
  );
  return project.run();
}
