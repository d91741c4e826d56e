/** Cookie files and output folders that cannot be read or written: what fails by them, what does not, and what is said. One run, of a file for each test here, and one without `withSessions`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { cookie } from './support/cookie';
import { leavesNothing } from './support/leaves-nothing';
import { OneRun } from './support/one-run';
import { Project, resultOf } from './support/project';

/** Files that are no cookie files, and what is said of each. */
const WRONG = {
  'no-json': ['[{"name": "a",', /no-json\.json/],
  'no-array': ['{"cookies": []}', /no-array\.json.*array/],
  'no-cookie': [`[${cookie('fine')}, {"name": "b"}]`, /no-cookie\.json/],
} as const;

const SPECS = {
  'folder.spec.ts': `
    import { mkdirSync, writeFileSync } from 'node:fs'; import { dirname } from 'node:path';
    import { test } from 'sessionwright';
    test('has no folder', async ({ page }, testInfo) => {
      await page.setContent('<h1>Fine</h1>');
      mkdirSync(dirname(testInfo.outputDir), { recursive: true });
      writeFileSync(testInfo.outputDir, 'a file where the folder should be');
    });`,
  'on-success.spec.ts': `
    import { test, expect } from 'sessionwright';
    test.use({ cookieFile: 'cookies.json', saveCookies: 'on-success' });
    test('fails', async ({ context }) => { await context.addCookies([{ name: 'a', value: '1', domain: 'site.test', path: '/' }]); expect(1).toBe(2); });`,
  'taken.spec.ts': `
    import { test } from 'sessionwright';
    test.use({ cookieFile: 'taken/cookies.json' });
    test('keeps', async ({ context }) => { await context.addCookies([{ name: 'a', value: '1', domain: 'site.test', path: '/' }]); });`,
  ...Object.fromEntries(
    Object.keys(WRONG).map((name) => [
      `${name}.spec.ts`,
      `import { test } from 'sessionwright'; test.use({ cookieFile: '${name}.json' }); test('${name}', async ({ page }) => { await page.setContent('x'); });`,
    ]),
  ),
};

describe('with withSessions', () => {
  const suite = new OneRun(async () =>
    Project.create({
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 1, timeout: 60_000, reporter: [['line'], ['json', { outputFile: 'report.json' }]] });`,
      ...SPECS,
      ...Object.fromEntries(
        Object.entries(WRONG).map(([name, [content]]) => [`${name}.json`, content]),
      ),
      taken: 'a file where the folder should be',
    }),
  );
  afterAll(async () => suite.close());

  test('an output folder that cannot be written does not fail the test', async (context) => {
    const { run } = await suite.of(context);
    const { status, annotations } = resultOf(run.report, 'has no folder');
    expect(status, run.output).toBe('passed');
    expect(annotations.map((it) => it.type)).toContain('sessionwright');
    expect(run.output).toMatch(/sessionwright: No clip .*video\.mp4: /);
  });

  test("cookies are not saved after a failure with saveCookies 'on-success'", async (context) => {
    const { project, run } = await suite.of(context);
    expect(resultOf(run.report, 'fails').status, run.output).toBe('failed');
    expect(existsSync(join(project.folder, 'cookies.json'))).toBe(false);
  });

  test('an invalid cookie file is reported by name, and not changed', async (context) => {
    const { project, run } = await suite.of(context);
    expect(run.exitCode).toBe(1);
    for (const [name, [content, message]] of Object.entries(WRONG)) {
      expect(resultOf(run.report, name).error?.message, run.output).toMatch(message);
      expect(await project.read(`${name}.json`)).toBe(content);
    }
  });

  test('a cookie file that cannot be written does not fail the test: the cookies are in its output folder', async (context) => {
    const { project, run } = await suite.of(context);
    const { status, annotations } = resultOf(run.report, 'keeps');
    expect(status, run.output).toBe('passed');
    expect(annotations.map((it) => it.type)).toContain('sessionwright');
    expect(run.output).toMatch(/sessionwright: Cookies not saved to .*taken/);
    const kept = JSON.parse(await project.read('test-results/taken-keeps/cookies.json')) as {
      name: string;
    }[];
    expect(kept.map((it) => it.name)).toEqual(['a']);
  });
});

describe('without withSessions', () => {
  let project: Project;
  afterEach(async () => {
    await leavesNothing(project);
    await project.remove();
  });

  test('the changed import is enough, and the worker reports a clip that cannot be written once', async () => {
    project = await Project.create({
      'playwright.config.ts': `export default { workers: 2, fullyParallel: true, timeout: 60_000, expect: { timeout: 20_000 }, reporter: [['line'], ['json', { outputFile: 'report.json' }]] };`,
      'a.spec.ts': `
        import { mkdirSync } from 'node:fs';
        import { test, expect } from 'sessionwright';
        test('works', async ({ page }) => {
          await page.setContent('<h1>Hello</h1>');
          await expect(page.locator('h1')).toHaveText('Hello');
        });
        test('passes', async ({ page }, testInfo) => {
          await page.setContent('<h1>Fine</h1>');
          mkdirSync(testInfo.outputPath('video.mp4', 'taken'), { recursive: true });
        });`,
    });
    const { exitCode, output, report } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(resultOf(report, 'works').attachments.map((it) => it.name)).toContain('video');
    expect(output.match(/sessionwright: No clip .*video\.mp4: /g), output).toHaveLength(1);
    expect(readdirSync(join(project.folder, 'test-results/a-passes'))).toEqual(['video.mp4']);
  });
});
