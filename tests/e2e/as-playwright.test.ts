/** What plain Playwright does with the same suite, and what a connected browser would do otherwise: traces, videos, what is listed. */
import { readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findChromium } from '../../src/browser/find-chromium';
import { leavesNothing } from './support/leaves-nothing';
import { Project, resultOf } from './support/project';

let project: Project;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

const TRACED = `
  test('is traced', async ({ page, context }, testInfo) => {
    await page.setContent('<h1>Live</h1>');
    await page.locator('h1').click();
    const folder = join(testInfo.project.outputDir, '.playwright-artifacts-' + testInfo.workerIndex, 'traces');
    const live = (extension) => readdirSync(folder).filter((name) => name.startsWith(testInfo.testId) && name.endsWith(extension)).map((name) => readFileSync(join(folder, name), 'utf8')).join();
    await expect.poll(() => live('.trace')).toContain('frame-snapshot');
    await expect.poll(() => live('.stacks')).toContain('a.spec.ts');
  });
  test('is traced too', async ({ page }) => { await page.setContent('<h1>Again</h1>'); });`;

describe('traces', () => {
  test("are where UI mode expects them, and contain what plain Playwright's do", async () => {
    const { executablePath } = await findChromium();
    const imports = `import { readdirSync, readFileSync } from 'node:fs'; import { join } from 'node:path';`;
    const config = `{ workers: 1, timeout: 60_000, expect: { timeout: 20_000 }, reporter: [['json', { outputFile: 'report.json' }]], use: { trace: { mode: 'on', live: true, _live: true }, launchOptions: { executablePath: ${JSON.stringify(executablePath)} } } }`;
    const recordings: string[][] = [];
    for (const name of ['@playwright/test', 'sessionwright']) {
      project = await Project.create({
        'playwright.config.ts': `export default ${config};`,
        'a.spec.ts': `${imports} import { test, expect } from '${name}'; ${TRACED}`,
      });
      const { exitCode, output, report } = await project.run();
      expect(exitCode, output).toBe(0);
      for (const title of ['is traced', 'is traced too']) {
        const trace = resultOf(report, title).attachments.find((it) => it.name === 'trace');
        recordings.push(await recordingsIn(trace?.path));
      }
      if (name !== 'sessionwright') await project.remove();
    }
    const [first, second, ...ours] = recordings;
    expect(ours).toEqual([first, second]);
  });

  test('that a test does not stop leave no files', async () => {
    project = await Project.create({
      'playwright.config.ts': `export default { workers: 1 };`,
      'a.spec.ts': `import { test } from 'sessionwright';
        test('starts', async ({ page, context }) => { await context.tracing.start({ snapshots: true }); await page.setContent('x'); });
        test('starts in a context of its own', async ({ browser }) => { const context = await browser.newContext(); await context.tracing.start(); await context.newPage(); });`,
    });
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
  });
});

test('the steps of a test are those of plain Playwright', async () => {
  const { executablePath } = await findChromium();
  const steps: string[][] = [];
  for (const name of ['@playwright/test', 'sessionwright']) {
    project = await Project.create({
      'playwright.config.ts': `export default { workers: 1, reporter: [['./steps.cjs']], use: { launchOptions: { executablePath: ${JSON.stringify(executablePath)} } } };`,
      'steps.cjs': `module.exports = class {
        onStepBegin({ title }, result, step) {
          const path = (it) => (it ? [...path(it.parent), it.title] : []);
          console.log('STEP ' + title + ': ' + path(step).join(' > '));
        }
      };`,
      'a.spec.ts': `import { test, expect } from '${name}';
        test('first', async ({ page }) => { await page.setContent('<h1>First</h1>'); });
        test('second', async ({ page, context }) => {
          await page.setContent('<h1>Second</h1>');
          await expect(page.locator('h1')).toHaveText('Second');
          await context.newPage();
        });`,
    });
    const { exitCode, output } = await project.run();
    expect(exitCode, output).toBe(0);
    steps.push(output.match(/^STEP second: .*$/gm) ?? []); // the first one has the browser, launched or connected
    if (name !== 'sessionwright') await project.remove();
  }
  const [plain = [], ours] = steps;
  expect(plain).toContain('STEP second: Before Hooks > Fixture "context" > Create context');
  expect(ours).toEqual(plain);
});

describe('recordVideo', () => {
  const SPEC = `import { test, expect } from 'sessionwright'; import { existsSync } from 'node:fs';
    test('has a video', async ({ browser }, testInfo) => {
      const context = await browser.newContext({ recordVideo: { dir: testInfo.outputPath('videos') } });
      const page = await context.newPage();
      await page.setContent('<h1>Filmed</h1>');
      await context.close();
      const path = await page.video().path();
      expect(path).toContain('videos');
      expect(existsSync(path)).toBe(true);
      await page.video().saveAs(testInfo.outputPath('saved.webm'));
      expect(existsSync(testInfo.outputPath('saved.webm'))).toBe(true);
      await page.video().delete();
      expect(existsSync(path)).toBe(false);
    });`;
  const CONFIG = `export default { workers: 1, reporter: [['json', { outputFile: 'report.json' }]], use: { video: 'on' } };`;

  test("is Playwright's, if its ffmpeg is installed; the video option is ours", async () => {
    project = await Project.create({ 'playwright.config.ts': CONFIG, 'a.spec.ts': SPEC });
    project.env['PLAYWRIGHT_BROWSERS_PATH'] = await browsersWithFfmpeg(project.folder);
    const { exitCode, output, report } = await project.run();
    expect(exitCode, output).toBe(0);
    expect(
      resultOf(report, 'has a video').attachments.map(({ contentType }) => contentType),
    ).toEqual(['video/mp4']);
  });

  test('reports what is missing without it', async () => {
    project = await Project.create(
      { 'playwright.config.ts': CONFIG, 'a.spec.ts': SPEC },
      { PLAYWRIGHT_BROWSERS_PATH: '/nowhere' },
    );
    const { exitCode, output } = await project.run(['--reporter=line']);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/ffmpeg/);
  });
});

test('--list prints only the tests', async () => {
  project = await Project.create({
    'playwright.config.ts': `import { withSessions } from 'sessionwright/config'; export default withSessions({ reporter: 'list' });`,
    'a.spec.ts': `import { test } from 'sessionwright'; test('is listed', async ({ page }) => { void page; });`,
  });
  const { exitCode, output } = await project.run(['--list']);
  expect(exitCode, output).toBe(0);
  expect(output).toContain('is listed');
  expect(output).not.toContain('sessionwright:');
});

/** The names of the recordings in a trace: its directory says them in clear. */
async function recordingsIn(path: string | undefined): Promise<string[]> {
  if (path === undefined) throw new Error('There is no trace.');
  const names = (await readFile(path, 'latin1')).match(/(?:\d+-trace|test)\.trace/g) ?? [];
  return [...new Set(names)].sort();
}

/** A folder of Playwright's browsers that holds an ffmpeg: one that stores what it is sent. */
async function browsersWithFfmpeg(folder: string): Promise<string> {
  const core = dirname(createRequire(import.meta.url).resolve('playwright-core/package.json'));
  const { browsers } = JSON.parse(await readFile(join(core, 'browsers.json'), 'utf8')) as {
    browsers: { name: string; revision: string }[];
  };
  const revision = browsers.find(({ name }) => name === 'ffmpeg')?.revision ?? '';
  const place = join(folder, 'browsers', `ffmpeg-${revision}`);
  await mkdir(place, { recursive: true });
  const script = `#!/bin/sh\nfor last; do :; done\ncat > "$last"\n`;
  for (const name of ['ffmpeg-linux', 'ffmpeg-mac', 'ffmpeg-linux-arm64'])
    await writeFile(join(place, name), script).then(() => chmod(join(place, name), 0o755));
  expect(readdirSync(place)).not.toEqual([]);
  return join(folder, 'browsers');
}
