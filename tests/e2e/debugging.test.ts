/** Playwright's own ways to look into a running test, on sessions: `--debug=cli` and `PLAYWRIGHT_DASHBOARD`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leavesNothing } from './support/leaves-nothing';
import { Project, type Run } from './support/project';
import { serve, type ServeProcess } from './support/serve-process';

const PLAYWRIGHT = resolve(import.meta.dirname, '../../node_modules/playwright/cli.js');

/** The steps of a debugged test, on one line each. */
const SPEC = `
  import { test, expect } from 'sessionwright';
  test('is debugged', async ({ page }) => {
    await page.setContent('<h1>First</h1>');
    await page.setContent('<h1>Second</h1>');
    await expect(page.locator('h1')).toHaveText('Second');
  });
`;

let dataDir: string;
let project: Project | undefined;
let run: Run | undefined;
let server: ServeProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-data-'));
});

afterEach(async () => {
  if (run?.child.exitCode === null && run.child.signalCode === null) run.interrupt(); // it waits for somebody who resumes
  await run?.result();
  run = undefined;
  await leavesNothing(project);
  await server?.end('SIGTERM');
  server = undefined;
  await project?.remove();
  await rm(dataDir, { recursive: true, force: true });
});

/** A project whose `playwright-cli` knows nothing but its own runs. */
async function createProject(files: Record<string, string>, env = {}): Promise<Project> {
  project = await Project.create(
    { 'playwright.config.ts': `export default { workers: 1, reporter: 'line' };`, ...files },
    env,
  );
  const known = join(project.temp, 'playwright-transform-cache-cli'); // no leftover of a run
  Object.assign(project.env, {
    PWTEST_SERVER_REGISTRY: join(known, 'browsers'),
    PWTEST_DAEMON_SESSION_DIR: join(known, 'daemons'),
    PWTEST_SOCKETS_DIR: known,
  });
  return project;
}

/** Runs `playwright-cli`, as it comes with Playwright, on the machine of the tests. */
async function cli(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [PLAYWRIGHT, 'cli', ...args], {
    cwd: project?.folder,
    env: project?.env,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  await once(child, 'close');
  return output;
}

/** The variables of a run on a source. */
async function environmentOf(source: string): Promise<Record<string, string>> {
  if (source === 'embedded') return {};
  server = await serve(['--data-dir', dataDir]);
  return { SESSIONWRIGHT_API_URL: server.url, SESSIONWRIGHT_API_KEY: 'key' };
}

const SOURCES = ['embedded', 'served'];
const MODES = ['context', 'session'];

test.each(SOURCES.flatMap((source) => MODES.map((isolation) => [source, isolation] as const)))(
  '--debug=cli on a session that is %s, isolation %s: attach, step over, snapshot, resume',
  async (source, isolation) => {
    const debugged = await createProject(
      { 'a.spec.ts': `${SPEC} test.use({ isolation: '${isolation}' });` },
      await environmentOf(source),
    );
    run = debugged.start(['--debug=cli']);
    const [, name = ''] = await run.printed(/attach (tw-\w+)/);

    expect(await cli('attach', name)).toMatch(/Paused[^]*Set content at \S*a\.spec\.ts:4/);
    expect(await cli(`--session=${name}`, 'step-over')).toMatch(/Paused[^]*a\.spec\.ts:5/);
    expect(await cli(`--session=${name}`, 'snapshot')).toContain('First');
    expect(await cli(`--session=${name}`, 'resume')).not.toContain('is not paused');
    const { exitCode, output } = await run.result();
    expect(exitCode, output).toBe(0);
    if (server) expect(output).toContain('transport: CDP (--debug=cli needs it)');
  },
);

test.each(SOURCES)('PLAYWRIGHT_DASHBOARD shows workers on sessions that are %s', async (source) => {
  const watched = await createProject(
    {
      'a.spec.ts': `
        import { test } from 'sessionwright';
        test('waits', async ({ page }) => {
          await page.setContent('<h1>Watched</h1>');
          console.log('WAITS');
          await page.waitForSelector('h2', { timeout: 0 });
        });
      `,
    },
    { ...(await environmentOf(source)), PLAYWRIGHT_DASHBOARD: '1' },
  );
  run = watched.start();
  await run.printed(/WAITS/);

  expect(await cli('list', '--all')).toContain('worker-0');
  expect(await cli('attach', 'worker-0')).toContain('Snapshot');
  expect(await cli('--session=worker-0', 'snapshot')).toContain('Watched');
  await cli('--session=worker-0', 'eval', "() => (document.body.innerHTML = '<h2>Go on</h2>')");
  const { exitCode, output } = await run.result();
  expect(exitCode, output).toBe(0);
  expect(await cli('list', '--all')).not.toContain('worker-0');
});
