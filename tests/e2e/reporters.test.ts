/** Reporters of others: each test's clip is in their reports, and nothing internal is. */
import { execFile } from 'node:child_process';
import { access, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { startBrowserPerConnection } from '../browser-per-connection';
import { leavesNothing } from './support/leaves-nothing';
import { Project } from './support/project';

const MODULES = resolve(import.meta.dirname, '../../node_modules');
const PLAYWRIGHT = join(MODULES, '@playwright/test/cli.js');
const ALLURE = [join(MODULES, 'allure-playwright'), { resultsDir: 'allure-results' }];
/** Noise takes long to encode. */
const NOISE = `() => new Promise((resolve) => {
  const canvas = document.body.appendChild(document.createElement('canvas'));
  Object.assign(canvas, { width: 1200, height: 700 });
  const context = canvas.getContext('2d');
  const image = context.createImageData(1200, 700);
  let frames = 0;
  const draw = () => {
    for (let i = 0; i < image.data.length; i++) image.data[i] = i % 4 === 3 ? 255 : Math.random() * 256;
    context.putImageData(image, 0, 0);
    if (++frames < 30) requestAnimationFrame(draw);
    else resolve();
  };
  draw();
})`;
const SPEC = `
  import { test, expect } from 'sessionwright';
  for (const n of [1, 2, 3, 4])
    test('test ' + n, async ({ page }) => {
      await page.setContent('<h1>Shop</h1>');
      await page.evaluate(${NOISE});
      await expect(page.locator('h1')).toHaveText(n === 4 ? 'Bank' : 'Shop', { timeout: 1 });
    });`;

let project: Project;

afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
});

async function runWith(reporters: unknown[], env: Record<string, string> = {}): Promise<string> {
  project = await Project.create(
    {
      'playwright.config.ts': `
        import { withSessions } from 'sessionwright/config';
        export default withSessions({ workers: 2, fullyParallel: true, reporter: ${JSON.stringify(reporters)} });`,
      'suite.spec.ts': SPEC,
    },
    env,
  );
  const { output, exitCode } = await project.run();
  expect(exitCode, output).toBe(1);
  return output;
}

interface AllureResult {
  name: string;
  steps: AllureResult[];
  attachments: { name: string; source: string }[];
}

/** The attachments in the results of Allure, by test. */
async function allureAttachments(): Promise<Map<string, { name: string; source: string }[]>> {
  const folder = join(project.folder, 'allure-results');
  const names = (await readdir(folder)).filter((name) => name.endsWith('-result.json'));
  const found = new Map<string, { name: string; source: string }[]>();
  for (const name of names) {
    const result = JSON.parse(await readFile(join(folder, name), 'utf8')) as AllureResult;
    const all = (it: AllureResult): AllureResult['attachments'] => [
      ...it.attachments,
      ...it.steps.flatMap(all),
    ];
    found.set(result.name, all(result));
  }
  return found;
}

test.each([
  { name: 'alone', more: [] },
  { name: 'next to a blob report', more: [['blob']] },
])('Allure $name gets every clip', async ({ more }) => {
  await runWith([['line'], ALLURE, ...more]);
  const tests = await allureAttachments();
  expect(tests.size).toBe(4);
  for (const [title, attachments] of tests) {
    const video = attachments.find(({ name }) => name === 'video');
    expect(video, title).toBeDefined();
    const clip = await readFile(join(project.folder, 'allure-results', video?.source ?? ''));
    expect(clip.toString('latin1', 4, 8)).toBe('ftyp');
    if (more.length === 0)
      expect(attachments.map(({ name }) => name)).not.toContain('_sessionwright');
  }
});

test('Allure on a machine without a browser: a message names what it misses', async () => {
  const endpoint = await startBrowserPerConnection();
  try {
    const output = await runWith([['line'], ALLURE], {
      SESSIONWRIGHT_EXECUTABLE_PATH: '/nowhere/chromium',
      SESSIONWRIGHT_CDP_URL: endpoint.url,
    });
    expect(output).toContain('allure-playwright copies clips when a test ends. It misses');
    expect(output).toContain('4 clips (encoded in sessions)');
  } finally {
    await endpoint.close();
  }
});

test('monocart shows clips, and no internal attachment', async () => {
  await runWith([
    ['line'],
    [join(MODULES, 'monocart-reporter'), { outputFile: 'monocart/index.html', logging: 'off' }],
  ]);
  const report = await readFile(join(project.folder, 'monocart/index.json'), 'utf8');
  expect(report.match(/"contentType": ?"video\/mp4"/g)).toHaveLength(4);
  expect(report).not.toContain('_sessionwright');
});

test("Playwright's HTML report is written, by the run and from its blobs", async () => {
  const report = 'playwright-report/index.html';
  expect(await runWith([['html', { open: 'never' }]])).not.toContain('attachment not found');
  await rm(join(project.folder, report));
  await project.run(['--reporter=blob']);
  const merged = await promisify(execFile)(
    process.execPath,
    [PLAYWRIGHT, 'merge-reports', '--config', 'playwright.config.ts', 'blob-report'],
    { cwd: project.folder, env: project.env },
  );
  expect(merged.stdout + merged.stderr).not.toContain('attachment not found');
  await access(join(project.folder, report));
});
