/** `sessionwright serve --provider`: a server whose browsers come from a fake cloud in this process, which starts real Chromiums. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { CLOUD_KEY, FakeCloud, PROVIDER } from '../fake-cloud';
import { leavesNothing } from './support/leaves-nothing';
import { failedOf, Project, resultOf } from './support/project';
import { serve, type ServeProcess } from './support/serve-process';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

const SPEC = `
  import { test, expect } from 'sessionwright';
  for (const name of ['one', 'two', 'three'])
    test(name, async ({ page }) => {
      await page.setContent('<h1>Shop</h1>');
      await page.getByRole('heading').click();
      await expect(page.getByRole('heading')).toHaveText('Shop');
    });`;

let cloud: FakeCloud;
let project: Project;
const servers: ServeProcess[] = [];

beforeEach(async () => {
  cloud = await FakeCloud.open();
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 2, fullyParallel: true, timeout: 20_000,
          reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      'suite.spec.ts': SPEC,
      'browsers/cloud.mjs': PROVIDER,
    },
    { ...cloud.env, SESSIONWRIGHT_PROVIDER_OPTIONS: '{"region":"eu"}', NOTTE_API_KEY: 'key' },
  );
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map(async (it) => it.end('SIGTERM')));
  await project.remove();
  await cloud.close();
});

async function start(): Promise<ServeProcess> {
  const server = await serve(
    [
      ...['--provider', join(project.folder, 'browsers/cloud.mjs')],
      ...['--data-dir', join(project.folder, 'data')],
    ],
    project.env,
  );
  servers.push(server);
  return server;
}

async function cli(args: string[], env = project.env): Promise<{ code: number; output: string }> {
  return promisify(execFile)(process.execPath, [CLI, ...args], { cwd: project.folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    },
  );
}

test('a suite runs over Playwright’s protocol with clips, and SIGTERM leaves nothing', async () => {
  const server = await start();
  project.env['NOTTE_API_URL'] = server.url;
  const { output, report } = await project.run();
  expect(failedOf(report)).toEqual([]);
  expect(output).toContain("transport: Playwright's own protocol");
  for (const name of ['one', 'two', 'three'])
    expect(resultOf(report, name).attachments.map((it) => it.name)).toContain('video');
  expect(cloud.browsers.size).toBe(0);
  expect(output).not.toContain(CLOUD_KEY);

  await server.call('POST', '/sessions/start', { body: {} });
  const [running] = cloud.browsers.values();
  expect(running?.request).toMatchObject({ options: { region: 'eu' }, maxDurationMs: 900_000 });
  await server.end('SIGTERM');
  expect(cloud.browsers.size).toBe(0);
  await leavesNothing(project);
});

test('the next server stops the browsers of a killed one', async () => {
  const killed = await start();
  await killed.call('POST', '/sessions/start', { body: {} });
  await killed.end('SIGKILL');
  expect(cloud.browsers.size).toBe(1);
  const next = await start();
  await eventually(() => expect(cloud.browsers.size).toBe(0));
  await next.end('SIGTERM');
  await leavesNothing(project);
});

test('reap stops the browser of a start whose server was killed', async () => {
  cloud.badStarts.push('answers late');
  const killed = await start();
  void killed.call('POST', '/sessions/start', { body: {} }).catch(() => undefined);
  await eventually(() => expect(cloud.browsers.size).toBe(1));
  await killed.end('SIGKILL');
  expect((await cli(['reap'])).output).toContain('at fake cloud were stopped');
  expect(cloud.browsers.size).toBe(0);
  await leavesNothing(project);
});

test('a client that a full provider refuses gets 429 and waits', async () => {
  cloud.badStarts.push('is full');
  const server = await start();
  const { status, body } = await server.call('POST', '/sessions/start', { body: {} });
  expect(status).toBe(429);
  expect(body).toMatchObject({ message: expect.stringContaining('fake cloud') as unknown });
});

test.each([
  [['--provider', './browsers/cloud.mjs', '--backend', 'chromium'], {}, 2, /--provider excludes/],
  [['--provider', './browsers/cloud.mjs', '--warm', '1'], {}, 2, /--warm cannot be used with a pr/],
  [['--provider', './missing.mjs'], {}, 1, /--provider: the provider module "\/.*" does not load/],
  [
    ['--provider', './browsers/cloud.mjs'],
    { SESSIONWRIGHT_PROVIDER_OPTIONS: 'eu' },
    1,
    /SESSIONWRIGHT_PROVIDER_OPTIONS: must be a JSON object/,
  ],
  [['--provider', './browsers/cloud.mjs', '--host', '192.0.2.1'], {}, 1, /192\.0\.2\.1/],
])('%j %j is refused', async (args, env, exitCode, message) => {
  const { code, output } = await cli(['serve', '--port', '0', ...args], { ...project.env, ...env });
  expect(output).toMatch(message);
  expect(code).toBe(exitCode);
  await leavesNothing(project);
});
