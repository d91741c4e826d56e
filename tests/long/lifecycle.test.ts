/** Runs of which a part stands still or is killed in the middle of something, or does nothing for long: what takes long to try. */
import { afterEach, expect, test, vi } from 'vitest';
import { startSessionServer } from '../../src/server/index';
import { eventually } from '../eventually';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { Project, resultOf, resultsOf } from '../e2e/support/project';

/** Longer than the timeout of a test in a run. */
vi.setConfig({ testTimeout: 900_000 });

const CONFIG = `
  import { defineConfig } from '@playwright/test';
  import { withSessions } from 'sessionwright/config';
  export default defineConfig(withSessions({ workers: 1, retries: 1, timeout: 600_000, fullyParallel: true, reporter: [['line'], ['json', { outputFile: 'report.json' }]] }));
`;

const WAITING = {
  'playwright.config.ts': CONFIG,
  'a.spec.ts': `
    import { test, expect } from 'sessionwright';
    test('waits', async ({ page }, testInfo) => {
      await page.setContent('<h1>Waiting</h1>');
      console.log('WORKER ' + process.pid + ' RETRY ' + testInfo.retry + '.');
      if (testInfo.retry === 0) await page.waitForSelector('h2', { timeout: 0 });
    });
    test('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`,
};

let project: Project;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

test('the host freezes: it is ended, a new one takes over, and the run continues', async () => {
  project = await Project.create(WAITING);
  const run = project.start();
  await run.printed(/WORKER \d+ RETRY 0/);
  const host = Number(project.hosts()[0]);
  process.kill(host, 'SIGSTOP');
  const { exitCode, output, report } = await run.result();
  const [first, second] = resultsOf(report).get('waits') ?? [];
  expect([first?.status, second?.status], output).toEqual(['failed', 'passed']);
  expect(first?.duration).toBeLessThan(500_000); // not the test's timeout: the host's
  expect(exitCode, output).toBe(0);
  expect(output).toContain('left running: nothing');
  expect(project.hosts()).toEqual([]);
});

test('runner and host are killed: a worker that outlives them starts no host of its own', async () => {
  project = await Project.create({
    'playwright.config.ts': 'export default { workers: 1 };',
    'a.spec.ts': `
      import { test } from 'sessionwright';
      import { once } from 'node:events';
      import { writeFileSync } from 'node:fs';
      test('goes on', async ({ session }) => {
        console.log('WORKER ' + process.pid);
        await once(process, 'disconnect');
        const answer = await session.status().catch((error) => error);
        writeFileSync('answer.txt', String(answer.message));
      });`,
    'b.spec.ts': `
      import { test } from 'sessionwright';
      test('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`,
  });
  const run = project.start(['a.spec.ts']);
  await run.printed(/WORKER/);
  for (const pid of [...project.hosts().map(Number), run.pid]) process.kill(pid, 'SIGKILL');
  await run.result();
  await eventually(async () => expect(await project.read('answer.txt')).toContain('runner'));
  await project.run(['b.spec.ts']); // clears what they have left
});

test('a host that froze before the first worker is replaced too, in a run without withSessions', async () => {
  project = await Project.create({
    'playwright.config.ts': `export default { workers: 1, reporter: [['line'], ['json', { outputFile: 'report.json' }]] };`,
    'a.spec.ts': `
      import { test, expect } from 'sessionwright';
      import { readdirSync, readFileSync } from 'node:fs';
      test('fails', async ({ page }) => {
        await page.setContent('<h1>Hello</h1>');
        const host = readdirSync('/proc').find((pid) => {
          try {
            return readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes('host.js\\0' + process.ppid + '\\0');
          } catch { return false; }
        });
        process.kill(Number(host), 'SIGSTOP');
        process.kill(process.pid, 'SIGKILL');
      });
      test('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`,
  });
  const { output, report } = await project.run();
  expect(resultOf(report, 'comes later').status, output).toBe('passed');
});

test('the process tree is killed during an API call: the next run removes the files', async () => {
  project = await Project.create({
    'playwright.config.ts': CONFIG,
    'a.spec.ts': `
      import { test } from 'sessionwright';
      test('waits', async ({ session, page }) => {
        await page.setContent('<h1>Waiting</h1>');
        await session.observe();
        console.log('WORKER ' + process.pid + '.');
        await session.execute({ type: 'wait', time: 30_000 });
      });
      test('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`,
  });
  const run = project.start(['--grep', 'waits']);
  await project.killAll(run);
  await eventually(() => expect(project.leftovers().processes).toEqual([]));
  const { output } = await project.run(['--grep', 'later']);
  expect(output).toContain('left running: nothing');
});

test('an unused session is kept awake beyond its idle timeout while a worker holds it', async () => {
  const server = await startSessionServer();
  try {
    project = await Project.create(
      {
        'playwright.config.ts': CONFIG,
        'a.spec.ts': `
          import { test, expect } from 'sessionwright';
          test.use({ sessionOptions: { idleTimeout: 60_000 }, recording: 'off' });
          test('waits for a use that is not its own', async ({ session }) => {
            const { lastAccessedAt } = await session.status(); // looking is no use
            await expect.poll(async () => (await session.status()).lastAccessedAt.getTime(), { timeout: 240_000 }).toBeGreaterThan(lastAccessedAt.getTime());
          });`,
      },
      { NOTTE_API_URL: server.url, NOTTE_API_KEY: server.apiKey },
    );
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
  } finally {
    await server.close();
  }
});
