/** What a person sees who runs a suite on a real terminal: a line about those that wait changes in place, and leaves Playwright's own lines as they are. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Project, Run } from '../e2e/support/project';
import { leavesNothing } from '../e2e/support/leaves-nothing';
import { eventually } from '../eventually';
import { Screen } from '../unit/reporter/screen';

const CLI = resolve(import.meta.dirname, '../../node_modules/@playwright/test/cli.js');
const SPEC = `
  import { existsSync } from 'node:fs';
  import { test, expect } from 'sessionwright';
  for (const name of ['one', 'two'])
    test(name, async ({ page }) => {
      await page.setContent('x');
      await expect.poll(() => existsSync('seen'), { timeout: 100_000 }).toBe(true);
      console.log('a word of ' + name);
    });`;

let project: Project;
afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

/** Runs the suite on a pseudo terminal of 120 columns. */
function start(): Run {
  const command = `stty cols 120 rows 40; exec ${process.execPath} ${CLI} test`;
  // Without colours Playwright's reporters take out their own commands of the terminal.
  const env = { ...project.env, TERM: 'xterm', FORCE_COLOR: '1', NO_COLOR: '' };
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: project.folder, env });
  return new Run(child, project);
}

test.skipIf(process.platform !== 'linux').each(['list', 'line'])(
  'beside the %s reporter',
  async (reporter) => {
    project = await Project.create({
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 2, fullyParallel: true, timeout: 120_000, reporter: '${reporter}' }, { session: { maxSessions: 1 } });`,
      'a.spec.ts': SPEC,
    });
    const run = start();
    const shown = (): string[] => {
      const screen = new Screen();
      screen.write(run.output);
      return screen.lines;
    };
    const waits =
      /^sessionwright: 1 worker waits for a session, (\d+) s: 1 of 1 in use by worker \d/;
    const seconds = (): number => Number(waits.exec(shown().at(-1) ?? '')?.[1]);
    await eventually(() => expect(seconds(), run.output).toBeGreaterThan(0), { timeout: 100_000 });
    const first = seconds();
    await eventually(() => expect(seconds(), run.output).toBeGreaterThan(first), {
      timeout: 60_000,
    });
    await writeFile(join(project.folder, 'seen'), '');
    const { exitCode, output } = await run.result();
    expect(exitCode, output).toBe(0);
    const after = shown();
    expect(after.filter((line) => line.includes('waits for'))).toEqual([]); // of workers neither
    const lines = after.join('\n');
    expect(lines).toMatch(
      / 2 passed .*\nsessionwright: 1 session, 2 tests, .*left running: nothing\n/,
    );
    for (const name of ['one', 'two']) expect(after).toContain(`a word of ${name}`);
    if (reporter === 'list')
      expect(
        after.filter((line) => /^ +✓ +\d a\.spec\.ts:\d+:\d+ › (one|two) \(/.test(line)),
      ).toHaveLength(2);
  },
);
