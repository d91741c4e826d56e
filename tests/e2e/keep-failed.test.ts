/** `keepFailed`: the session of a failed test stays open, with its page, and ends by the clock, with Ctrl-C, or with its run. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { leavesNothing } from './support/leaves-nothing';
import { Project, resultsOf, type Run } from './support/project';
import { serve, type ServeProcess } from './support/serve-process';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');
const KEPT = /session (\S+) of "fails" stays open until [\d:]+: (http\S+)/;
const WAITS = /the run waits for that/;

let dataDir: string;
let project: Project | undefined;
let run: Run | undefined;
let server: ServeProcess | undefined;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sessionwright-data-'));
});

afterEach(async () => {
  if (run?.child.exitCode === null && run.child.signalCode === null) run.interrupt();
  await run?.result();
  run = undefined;
  await leavesNothing(project);
  await server?.end('SIGTERM');
  server = undefined;
  await project?.remove();
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts a run with a test that fails, and one that passes after it. */
async function start(
  keepFailed: string,
  { isolation = 'context', retries = 0, env = {} } = {},
): Promise<Run> {
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({
          workers: 1, retries: ${retries}, reporter: [['line'], ['json', { outputFile: 'report.json' }]],
          use: { isolation: '${isolation}', sessionOptions: { keepFailed: ${keepFailed} } },
        });`,
      'a.spec.ts': `
        import { test, expect } from 'sessionwright';
        test('fails', async ({ page }, testInfo) => {
          await page.goto('data:text/html,<title>Kept</title>');
          expect(testInfo.retry).toBe(1);
        });
        test('passes', async ({ page }) => { await page.goto('data:text/html,<title>Passed</title>'); });`,
    },
    { ...env, ...(server && { SESSIONWRIGHT_API_URL: server.url, SESSIONWRIGHT_API_KEY: 'key' }) },
  );
  run = project.start();
  return run;
}

async function tabsOf(id: string): Promise<string[]> {
  const { body } = (await server?.call('GET', `/sessions/${id}/debug`)) ?? {};
  return (body?.['tabs'] as { metadata: { url: string } }[]).map(({ metadata }) => metadata.url);
}

async function statusOf(id: string): Promise<unknown> {
  return (await server?.call('GET', `/sessions/${id}`))?.body['status'];
}

test.each(['context', 'session'])(
  'isolation %s: the page stays open until the clock, and the retry has another session',
  async (isolation) => {
    server = await serve(['--data-dir', dataDir]);
    const kept = await start("'12s'", { isolation, retries: 1 });
    const [, id = '', viewer = ''] = await kept.printed(KEPT);
    await kept.printed(WAITS);
    expect((await fetch(viewer)).status).toBe(200);
    expect(await tabsOf(id)).toEqual([expect.stringContaining('<title>Kept')]);
    const listed = spawnSync(process.execPath, [CLI, 'sessions', 'list'], {
      env: { ...project?.env },
      encoding: 'utf8',
    });
    expect(listed.stdout).toMatch(new RegExp(`${id}  active .*kept until [\\d:]+: "fails" failed`));
    expect(listed.stdout.split('\n')).toHaveLength(3);

    const { exitCode, report, output } = await kept.result();
    expect(exitCode, output).toBe(0);
    const [first, second] = resultsOf(report).get('fails') ?? [];
    const sessionOf = (result: typeof first): string | undefined =>
      result?.annotations.find(({ type }) => type === 'session')?.description;
    expect(sessionOf(first)).toContain(id);
    expect(sessionOf(second)).not.toContain(id);
    expect(first?.attachments.map(({ name }) => name)).toContain('video');
    expect(await statusOf(id)).toBe('closed');
    expect(output).toContain('2 sessions, 2 tests (3 attempts), 3 clips');
  },
);

test('an embedded session stays open until Ctrl-C', async () => {
  const kept = await start('600_000');
  const [, , viewer = ''] = await kept.printed(KEPT);
  await kept.printed(WAITS);
  expect((await fetch(viewer)).status).toBe(200);
  kept.interrupt();
  await kept.result();
  await leavesNothing(project);
  await expect(fetch(viewer)).rejects.toThrow();
});

test('a session on a server ends with a run that is killed', async () => {
  server = await serve(['--data-dir', dataDir]);
  const kept = await start("'10m'");
  const [, id = ''] = await kept.printed(KEPT);
  await kept.printed(WAITS);
  process.kill(kept.pid, 'SIGKILL');
  await eventually(async () => expect(await statusOf(id)).toBe('closed'));
});

test('if the host is killed too, `reap` ends the session', async () => {
  server = await serve(['--data-dir', dataDir]);
  const kept = await start("'10m'");
  const [, id = ''] = await kept.printed(KEPT);
  await kept.printed(WAITS);
  for (const pid of [kept.pid, ...(project?.hosts() ?? []).map(Number)])
    process.kill(pid, 'SIGKILL');
  await kept.result();
  expect(await statusOf(id)).toBe('active');
  await project?.reap();
  expect(await statusOf(id)).toBe('closed');
});

test('in CI only the environment sets it', async () => {
  const inCi = await start("'10m'", { env: { CI: '1' } });
  const { output } = await inCi.result();
  expect(output).toContain('keepFailed is off in CI. SESSIONWRIGHT_KEEP_FAILED sets it there.');
  expect(output).not.toMatch(KEPT);
  await leavesNothing(project);
  await project?.remove();
  const asked = await start('0', { env: { CI: '1', SESSIONWRIGHT_KEEP_FAILED: '1s' } });
  expect((await asked.result()).output).toMatch(KEPT);
});
