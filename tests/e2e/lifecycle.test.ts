/** What a run leaves when it is green, red, interrupted or killed: nothing. And who gets which session. */
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually';
import { leavesNothing } from './support/leaves-nothing';
import { Project, resultOf, resultsOf } from './support/project';

const CONFIG = `
  import { defineConfig } from '@playwright/test';
  import { withSessions } from 'sessionwright/config';
  export default defineConfig(withSessions({ workers: 2, fullyParallel: true, reporter: [['line'], ['json', { outputFile: 'report.json' }]] }));
`;

let project: Project;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

describe('a run that ends by itself', () => {
  test('passing: every test has its clip, and the summary reports nothing left running', async () => {
    project = await Project.create({
      'playwright.config.ts': CONFIG.replace(`['line']`, `['dot']`),
      'a.spec.ts': `
        import { test, expect } from 'sessionwright';
        for (const n of [1, 2, 3, 4]) test('works ' + n, async ({ page }) => {
          await page.setContent('<h1>Number ' + n + '</h1>');
          await expect(page.locator('h1')).toHaveText('Number ' + n);
        });`,
    });
    const { exitCode, output, stdout, report } = await project.run();
    expect(output).toContain(
      'sessionwright: sessions come from: embedded session server (Chromium)',
    );
    expect(output).toMatch(
      /sessionwright: [12] sessions?, 4 tests, 4 clips, .* of browser time; left running: nothing\n/,
    );
    expect(stdout).toMatch(/·\n +4 passed/); // nothing comes between
    expect(exitCode, output).toBe(0);
    expect(resultsOf(report).size).toBe(4);
  });

  test('failing: the replacement worker gets the session of the worker that failed', async () => {
    project = await Project.create({
      'playwright.config.ts': CONFIG.replace('workers: 2, fullyParallel: true', 'workers: 1'),
      'a.spec.ts': `
        import { test, expect } from 'sessionwright';
        for (const n of [1, 2, 3]) test('fails ' + n, async ({ page }) => {
          await page.setContent('<h1>Number ' + n + '</h1>');
          expect(n).toBe(0);
        });`,
    });
    const { exitCode, report, output } = await project.run();
    expect(exitCode).toBe(1);
    const sessions = [...resultsOf(report).values()]
      .flat()
      .map((result) => result.annotations.find((it) => it.type === 'session')?.description);
    expect(sessions).toHaveLength(3);
    expect(new Set(sessions).size, output).toBe(1);
    expect(output).toContain('1 session, 3 tests, 3 clips');
  });

  test('with --reporter in place of our reporter, the run prints the same summary', async () => {
    project = await Project.create({
      'playwright.config.ts': CONFIG,
      'a.spec.ts': `
        import { test } from 'sessionwright';
        for (const n of [1, 2]) test('works ' + n, async ({ page }) => { await page.setContent('<h1>Hello</h1>'); });`,
    });
    const { exitCode, output } = await project.run(['--reporter=dot']);
    expect(exitCode, output).toBe(0);
    expect(output.match(/sessions come from: embedded session server/g), output).toHaveLength(1);
    expect(output, output).toMatch(
      /·\nsessionwright: [12] sessions?, 2 tests, 2 clips, .* left running: nothing/,
    ); // on a line of its own
  });

  test('a report on stdout contains no line of ours', async () => {
    project = await Project.create({
      'playwright.config.ts': CONFIG.replace(/reporter: .*?\]\]/, `reporter: 'json'`),
      'a.spec.ts': `import { test } from 'sessionwright'; test('works', async ({ page }) => { await page.setContent('<h1>Hello</h1>'); });`,
    });
    const { stdout, output } = await project.run();
    expect(JSON.parse(stdout)).toMatchObject({ stats: { expected: 1 } });
    expect(output).toContain('left running: nothing');
  });

  test('tests that need no browser start nothing', async () => {
    project = await Project.create({
      'playwright.config.ts': CONFIG,
      'a.spec.ts': `import { test, expect } from 'sessionwright'; test('adds', () => expect(1 + 1).toBe(2));`,
    });
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(output).toContain('no test asked for a session');
  });
});

describe('a run that is ended', () => {
  const WAITING = {
    'playwright.config.ts': CONFIG.replace('workers: 2', 'workers: 1, retries: 1'),
    'a.spec.ts': `
      import { test, expect } from 'sessionwright';
      test('waits', async ({ page }, testInfo) => {
        await page.setContent('<h1>Waiting</h1>');
        console.log('WORKER ' + process.pid + ' RETRY ' + testInfo.retry + '.');
        if (testInfo.retry === 0) await page.waitForSelector('h2', { timeout: 0 });
      });
      test('comes later', async ({ page }) => { await page.setContent('<h1>Later</h1>'); });`,
  };

  test('Ctrl-C in the middle of a test', async () => {
    project = await Project.create(WAITING);
    const run = project.start();
    await run.printed(/WORKER \d+/);
    run.interrupt();
    const { exitCode, output } = await run.result();
    expect(exitCode, output).toBe(130);
    expect(output).toContain('left running: nothing');
  });

  test('the worker is killed in the middle of a test: the next attempt gets the same session', async () => {
    project = await Project.create(WAITING);
    const run = project.start();
    const [, worker] = await run.printed(/WORKER (\d+) RETRY 0/);
    process.kill(Number(worker), 'SIGKILL');
    const { exitCode, report, output } = await run.result();
    expect(exitCode, output).toBe(0);
    expect(
      resultsOf(report)
        .get('waits')
        ?.map((it) => it.status),
    ).toEqual(['failed', 'passed']);
    expect(output).toMatch(/sessionwright: 1 session, /);
  });

  test('the runner is killed', async () => {
    project = await Project.create(WAITING);
    const run = project.start();
    await run.printed(/WORKER \d+/);
    process.kill(run.pid, 'SIGKILL');
    await run.result();
  });

  test('the host is killed: a new one takes over, and the run continues', async () => {
    project = await Project.create(WAITING);
    const run = project.start();
    await run.printed(/WORKER \d+ RETRY 0/);
    const host = project.leftovers().processes.find((it) => it.includes('host.js'));
    process.kill(Number(host?.split(' ')[0]), 'SIGKILL');
    const { exitCode, output, report } = await run.result();
    expect(
      resultsOf(report)
        .get('waits')
        ?.map((it) => it.status),
      output,
    ).toEqual(['failed', 'passed']);
    expect(exitCode, output).toBe(0);
    expect(output).toContain('left running: nothing');
    expect(
      existsSync(
        resultOf(report, 'comes later').attachments.find((it) => it.name === 'video')?.path ?? '',
      ),
    ).toBe(true);
  });

  test('the process tree is killed: the browsers exit at once, and the next run removes the files', async () => {
    project = await Project.create(WAITING);
    const run = project.start();
    await project.killAll(run);
    await eventually(() => expect(project.leftovers().processes).toEqual([]));
    const { output } = await project.run(['--grep', 'later']);
    expect(output).toContain('left running: nothing');
  });
});
